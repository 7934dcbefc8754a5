package ai.stigmer.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.McpTools.Looked;
import ai.stigmer.testkit.RealComponents;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers in a real sandbox, of which one does whatever it likes. */
class SandboxedServerTest {
  @TempDir Path folder = Path.of("");
  private Path workspace;
  private HttpServer web;

  @BeforeEach
  void begin() throws IOException {
    RealComponents.requireBubblewrap();
    workspace = Files.createDirectory(folder.resolve("ws")).toRealPath();
    web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 4);
            exchange.getResponseBody().write("came".getBytes(StandardCharsets.UTF_8));
          }
        });
    web.start();
  }

  @AfterEach
  void end() {
    web.stop(0);
  }

  private int port() {
    return web.getAddress().getPort();
  }

  /** What the server's command line printed. */
  private String said(Optional<ServerSandbox> sandbox, String command) throws Exception {
    try (InputStream in = SandboxedServerTest.class.getResourceAsStream("shell-server.pl")) {
      Files.copy(in, workspace.resolve("server.pl"));
    }
    var server =
        new McpServer(
            "shell",
            new Stdio(
                "perl", List.of("server.pl"), Map.of("LINE", command), Optional.empty(), sandbox),
            List.of(),
            Duration.ofSeconds(60));
    try (McpTools tools = McpTools.of(List.of(accepted(server)), around(), ChangedTools.REFUSE)) {
      return PublishedServersTest.run(tools, "shell__sh", "{\"which\":\"LINE\"}").text();
    }
  }

  private McpSurroundings around() {
    return new McpSurroundings(
        workspace,
        Map.of("PATH", "/usr/bin:/bin", "HOME", folder.resolve("home").toString()),
        new Placeholders(name -> Optional.empty(), List.of()),
        List.of(folder.resolve("given/own").toAbsolutePath()));
  }

  private AcceptedServer accepted(McpServer server) {
    return switch (McpTools.look(List.of(server), around()).getFirst()) {
      case Looked.Offers(AcceptedServer found) -> found;
      case Looked.Failed failed -> throw failed.problem().asException();
    };
  }

  private static ServerSandbox sandbox(Network network) {
    return new ServerSandbox(network, List.of(), List.of());
  }

  @Test
  void aServerInASandboxReachesNothingAndWritesOnlyItsFolder() throws Exception {
    Files.writeString(folder.resolve("secret"), "CANARY");

    String said =
        said(
            Optional.of(sandbox(Network.NONE)),
            "cat /proc/1/comm; cat ../secret; echo x > inside; echo x > ../outside;"
                + " curl -s -m 5 http://127.0.0.1:"
                + port()
                + " || echo unreached");

    assertThat(said).contains("bwrap", "unreached").doesNotContain("CANARY", "came");
    assertThat(workspace.resolve("inside")).exists();
    assertThat(folder.resolve("outside")).doesNotExist();
  }

  @Test
  void withoutOneTheSameServerDoesAllOfIt() throws Exception {
    Files.writeString(folder.resolve("secret"), "CANARY");

    String said =
        said(
            Optional.empty(),
            "cat ../secret; echo x > ../outside; curl -s -m 5 http://127.0.0.1:" + port());

    assertThat(said).contains("CANARY", "came");
    assertThat(folder.resolve("outside")).exists();
  }

  @Test
  void ofOneThatFailsInItsSandboxTheMessageSaysWhatMayBeInItsWay() throws Exception {
    Path hidden = Files.writeString(folder.resolve("server.sh"), "exec cat");
    var server =
        new McpServer(
            "shell",
            new Stdio(
                "sh",
                List.of(hidden.toString()),
                Map.of(),
                Optional.empty(),
                Optional.of(sandbox(Network.NONE))),
            List.of(),
            Duration.ofSeconds(60));
    assertThat(McpTools.look(List.of(server), around()).getFirst())
        .isInstanceOfSatisfying(
            Looked.Failed.class,
            failed ->
                assertThat(failed.problem().help().getFirst())
                    .contains("its sandbox hides", "no network", "--readable DIR"));
  }

  @Test
  void itReachesTheHostsOfItsDefinitionAndNoOthers() throws Exception {
    var hosts = Network.Hosts.of(HostRule.list("127.0.0.1:" + port()));

    String said =
        said(
            Optional.of(sandbox(hosts)),
            "curl -s -m 5 http://127.0.0.1:" + port() + "; curl -s -m 5 http://other.example/");

    assertThat(said).contains("came", "host other.example is not on the allow-list");
  }

  @Test
  void foldersOfItsDefinitionAreShownButNeverWhatIsOurs() throws Exception {
    Path given = Files.createDirectory(folder.resolve("given")).toRealPath();
    Files.createDirectory(given.resolve("own"));
    Files.writeString(given.resolve("own/journal"), "CANARY");
    Files.writeString(given.resolve("tool"), "a tool");
    var sandbox = new ServerSandbox(Network.NONE, List.of(), List.of(given));

    String said =
        said(
            Optional.of(sandbox),
            "cat %s/tool; cat %s/own/journal; echo x > %s/made; echo x > %s/own/made"
                .formatted(given, given, given, given));

    assertThat(said).contains("a tool").doesNotContain("CANARY");
    assertThat(given.resolve("made")).exists();
    assertThat(given.resolve("own/made")).doesNotExist();
  }

  @Test
  void nothingOfItIsLeftWhenItIsClosed() throws Exception {
    String mark = "77" + ProcessHandle.current().pid();

    var _ = said(Optional.of(sandbox(Network.NONE)), "setsid sleep " + mark + " >/dev/null 2>&1 &");

    while (ProcessHandle.allProcesses()
        .anyMatch(one -> one.info().commandLine().orElse("").contains("sleep " + mark))) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aServerWhoseSandboxDoesNotWorkIsNotStarted() throws Exception {
    var stdio =
        new Stdio(
            "touch",
            List.of("started"),
            Map.of(),
            Optional.empty(),
            Optional.of(sandbox(Network.NONE)));
    var server = new McpServer("home", stdio, List.of(), Duration.ofSeconds(20));
    var around =
        new McpSurroundings(
            workspace,
            Map.of("HOME", workspace.resolve("home").toString()),
            new Placeholders(name -> Optional.empty(), List.of()),
            List.of());

    Looked looked = McpTools.look(List.of(server), around).getFirst();

    assertThat(looked)
        .isInstanceOfSatisfying(
            Looked.Failed.class,
            failed ->
                assertThat(failed.problem().message())
                    .contains("its sandbox does not work", "holds your whole home"));
    assertThat(workspace.resolve("started")).doesNotExist();
  }

  @Test
  void aDefinitionKeepsItsSandbox() {
    var sandbox =
        new ServerSandbox(
            Network.Hosts.of(HostRule.list("a.example,*.b.example:81")),
            List.of(Path.of("/opt/tools")),
            List.of(Path.of("/data")));
    var stdio = new Stdio("a", List.of(), Map.of(), Optional.empty(), Optional.of(sandbox));
    var server = new McpServer("kept", stdio, List.of(), Duration.ofSeconds(60));

    assertThat(AcceptedServer.server("kept", AcceptedServer.definition(server))).isEqualTo(server);
  }

  /** A third party's server that may read and write everything, as far as it knows. */
  @Test
  void thePublishedFilesystemServerWorksWithinIt() throws Exception {
    McpServer published = Servers.published("filesystem", "/");
    var plain = (Stdio) published.connection();
    Path installed = Path.of(plain.command()).resolve("../../..").normalize().toRealPath();
    var kept =
        new Stdio(
            plain.command(),
            plain.args(),
            plain.env(),
            Optional.empty(),
            Optional.of(new ServerSandbox(Network.NONE, List.of(installed), List.of())));
    var server = new McpServer("filesystem", kept, List.of(), published.timeout());
    Files.writeString(folder.resolve("secret"), "CANARY");

    try (McpTools tools = McpTools.of(List.of(accepted(server)), around(), ChangedTools.REFUSE)) {
      String write = "{\"path\":\"%s\",\"content\":\"hi\"}";
      var inside = workspace.resolve("a.txt");
      var outside = folder.toRealPath().resolve("b.txt");
      assertThat(
              PublishedServersTest.run(tools, "filesystem__write_file", write.formatted(inside))
                  .text())
          .contains("uccess");
      var _ = PublishedServersTest.run(tools, "filesystem__write_file", write.formatted(outside));
      String read =
          PublishedServersTest.run(
                  tools,
                  "filesystem__read_text_file",
                  "{\"path\":\"" + folder.toRealPath().resolve("secret") + "\"}")
              .text();
      assertThat(inside).hasContent("hi");
      assertThat(outside).doesNotExist();
      assertThat(read).doesNotContain("CANARY");
    }
  }
}
