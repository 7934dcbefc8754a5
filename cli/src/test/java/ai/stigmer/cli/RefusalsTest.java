package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.LoopbackServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What commands say that they do not carry out. */
class RefusalsTest extends RunOnALaptop {

  @Test
  void aListOfHostsThatNothingHoldsCommandsToStartsNothing() {
    run(3, List.of("--execution-mode", "local", "--allow-host", "example.com"), DONE);
    assertThat(shell.err())
        .contains("error[E432]", "hosts are listed", "--execution-mode sandbox")
        .doesNotContain("E9");
    assertThat(server.chats()).isEmpty();
  }

  @Test
  void thePartOfAnIdThatSeveralRunsShareNamesNone() {
    run(0, List.of(), DONE);
    run(0, List.of(), DONE);
    assertThat(shell.stigmer("sessions", "show", "2")).isEqualTo(2);
    assertThat(shell.err()).contains("error[E514]: 2 runs begin with \"2\"");
  }

  @Test
  void aServerIsACommandOrAnAddressAndHasANameOfItsOwn() throws IOException {
    // Given
    Files.writeString(
        folder.resolve("home/mcp.json"), "{\"servers\":{\"hub\":{\"command\":\"true\"}}}");
    // Then
    assertThat(shell.stigmer("mcp", "add", "other")).isEqualTo(2);
    assertThat(shell.err()).contains("error[E708]", "either a command behind -- or --url");
    assertThat(shell.stigmer("mcp", "add", "hub", "--", "true")).isEqualTo(2);
    assertThat(shell.err()).contains("error[E710]", "stigmer mcp remove hub");
  }

  @Test
  void aListOfServersThatIsDamagedIsNotPassedOver() throws IOException {
    Files.writeString(folder.resolve("home/mcp.json"), "{\"servers\":");
    assertThat(shell.stigmer("mcp", "list")).isEqualTo(3);
    assertThat(shell.err()).contains("error[E707]", folder.resolve("home/mcp.json").toString());
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void aServerDoesNotListenWhereAnotherProgramDoes() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      shell.export("STIGMER_SERVER_ADDRESS", "127.0.0.1:" + taken.getLocalPort());
      assertThat(shell.stigmer("server", "start")).isNotZero();
      assertThat(shell.err()).contains("error[E564]: the server cannot listen on 127.0.0.1:");
    }
  }

  @Test
  void whatAnswersAndIsNoStigmerServerIsTold() {
    try (var other =
        LoopbackServer.start(
            (wire, _) -> {
              wire.json(200, "<html>hello</html>");
              return true;
            })) {
      shell.export("STIGMER_BACKEND_ENDPOINT", other.baseUrl()).export("STIGMER_API_KEY", "k");
      assertThat(shell.stigmer("sessions", "list")).isNotZero();
      assertThat(shell.err()).contains("error[E586]", "is no stigmer server", other.baseUrl());
    }
  }
}
