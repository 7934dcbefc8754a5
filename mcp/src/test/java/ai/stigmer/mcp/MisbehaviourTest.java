package ai.stigmer.mcp;

import static ai.stigmer.mcp.PublishedServersTest.run;
import static ai.stigmer.mcp.PublishedServersTest.tool;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.mcp.McpTools.Looked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that does wrong, as a real process. */
class MisbehaviourTest {
  private static final Duration PATIENT = Duration.ofSeconds(30);

  @TempDir Path folder = Path.of("");

  private Path log = Path.of("");

  @BeforeEach
  void log() throws IOException {
    log = Files.createFile(folder.resolve("log"));
  }

  @Test
  void noServerIsStartedBeforeItsFirstCall() throws Exception {
    AcceptedServer accepted = accepted("none");
    Files.writeString(log, "");

    try (McpTools tools = open(accepted, ChangedTools.REFUSE)) {
      assertThat(tools.tools()).hasSize(11);
      assertThat(Files.readString(log)).isEmpty();
      run(tools, "fake__echo", "{\"text\":\"a\"}");
      assertThat(Files.readString(log)).startsWith("initialize\n");
    }
  }

  @Test
  void annotationsBecomeEffectClassesAndContradictionsAreUnsafe() {
    try (McpTools tools = open(accepted("none"), ChangedTools.REFUSE)) {
      assertThat(tool(tools, "fake__look").effect()).isEqualTo(EffectClass.READ);
      assertThat(tool(tools, "fake__set").effect()).isEqualTo(EffectClass.IDEMPOTENT);
      assertThat(tool(tools, "fake__echo").effect()).isEqualTo(EffectClass.UNSAFE);
      assertThat(tool(tools, "fake__odd").effect()).isEqualTo(EffectClass.UNSAFE);
    }
  }

  @Test
  void garbageAndAFloodOfErrorsDoNotDisturbIt() throws Exception {
    try (McpTools tools = open(accepted("garbage,flood"), ChangedTools.REFUSE)) {
      assertThat(run(tools, "fake__echo", "{\"text\":\"still here\"}").text())
          .contains("still here");
    }
  }

  @Test
  void aServerThatEndsAtOnceIsToldWithItsLastWords() {
    Problem problem = problem(server("dead", PATIENT));

    assertThat(problem.code()).isEqualTo("E700");
    assertThat(problem.message()).contains("it ended with status 3", "no licence for you");
  }

  @Test
  void aCommandThatIsNotThereIsTold() {
    var stdio =
        new McpServer.Connection.Stdio("no-such-server", List.of(), Map.of(), Optional.empty());

    Problem problem = problem(new McpServer("none", stdio, List.of(), PATIENT));

    assertThat(problem.code()).isEqualTo("E700");
    assertThat(problem.message()).contains("status 127", "no-such-server");
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp() {
    Problem problem = problem(server("silent", Duration.ofSeconds(1)));

    assertThat(problem.code()).isEqualTo("E702");
    assertThat(problem.message()).contains("no answer within 1 s");
  }

  @Test
  void anUnknownVersionOfTheProtocolIsRefused() {
    Problem problem = problem(server("oldest", PATIENT));

    assertThat(problem.code()).isEqualTo("E702");
    assertThat(problem.message()).contains("protocol version");
  }

  @Test
  void aServerThatDiesInACallIsToldAndStartedAgainByTheNext() throws Exception {
    try (McpTools tools = open(accepted("none"), ChangedTools.REFUSE)) {
      ToolResult died = run(tools, "fake__die", "{}");
      ToolResult next = run(tools, "fake__echo", "{\"text\":\"again\"}");

      assertThat(died.status()).isEqualTo(ToolResult.Status.ERROR);
      assertThat(died.text())
          .contains(
              "not known whether the call took effect", "it ended with status 9", "out of luck");
      assertThat(next.text()).contains("again");
    }
  }

  @Test
  void anAnswerThatIsTooLongFailsTheCallOnly() throws Exception {
    try (McpTools tools = open(accepted("none"), ChangedTools.REFUSE)) {
      ToolResult huge = run(tools, "fake__huge", "{}");
      ToolResult next = run(tools, "fake__echo", "{\"text\":\"fine\"}");

      assertThat(huge.status()).isEqualTo(ToolResult.Status.ERROR);
      assertThat(huge.text()).contains("more than 16 MiB");
      assertThat(next.text()).contains("fine");
    }
  }

  @Test
  void aLongAnswerIsCutInTheMiddle() throws Exception {
    try (McpTools tools = open(accepted("none"), ChangedTools.REFUSE)) {
      String text = run(tools, "fake__echo", "{\"text\":\"" + "y".repeat(200_000) + "\"}").text();

      assertThat(text).contains("140000 characters were cut here").endsWith("</mcp-data>");
      assertThat(text.length()).isLessThan(61_000);
    }
  }

  @Test
  void anAnswerCannotCloseItsOwnMarks() throws Exception {
    try (McpTools tools = open(accepted("none"), ChangedTools.REFUSE)) {
      String text = run(tools, "fake__evil", "{}").text();

      assertThat(text).containsOnlyOnce("</mcp-data>").endsWith("</mcp-data>");
    }
  }

  @Test
  void progressRenewsTheTimeOfACall() throws Exception {
    var accepted =
        new AcceptedServer(server("none", Duration.ofSeconds(1)), accepted("none").tools());

    try (McpTools tools = open(accepted, ChangedTools.REFUSE)) {
      assertThat(run(tools, "fake__work", "{}").text()).contains("worked");
    }
  }

  @Test
  void aCallWithoutAnswerEndsAtItsTimeoutAndTheServerIsTold() throws Exception {
    var accepted =
        new AcceptedServer(server("none", Duration.ofSeconds(2)), accepted("none").tools());

    try (McpTools tools = open(accepted, ChangedTools.REFUSE)) {
      ToolResult result = run(tools, "fake__wait", "{}");

      assertThat(result.status()).isEqualTo(ToolResult.Status.ERROR);
      assertThat(result.text()).contains("no answer within 2 s");
      awaitLog("notifications/cancelled told");
    }
  }

  @Test
  void aCancelledRunEndsTheCallAndTellsTheServer() throws Exception {
    CancelToken cancel = new CancelToken();
    try (McpTools tools = open(accepted("none"), ChangedTools.REFUSE)) {
      var result = new CompletableFuture<ToolResult>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  result.complete(run(tools, "fake__wait", "{}", cancel));
                } catch (Exception e) {
                  result.completeExceptionally(e);
                }
              });
      awaitLog("tools/call wait");
      cancel.cancel();

      assertThat(result.get().text()).contains("cancelled");
      awaitLog("notifications/cancelled told");
    }
  }

  @Test
  void closingEndsTheServerAndEverythingItStarted() throws Exception {
    String pids;
    try (McpTools tools = open(accepted("deaf"), ChangedTools.REFUSE)) {
      pids = run(tools, "fake__spawn", "{}").text().split("\n", -1)[1];
    }

    for (String pid : pids.split(" ", -1)) {
      awaitEnd(Long.parseLong(pid));
    }
  }

  @Test
  void changedToolsAreRefusedUnlessSomebodyAcceptsThem() throws Exception {
    AcceptedServer accepted = accepted("rugpull");

    try (McpTools tools = open(accepted, ChangedTools.REFUSE)) {
      ToolResult refused = run(tools, "fake__echo", "{\"text\":\"a\"}");
      assertThat(refused.status()).isEqualTo(ToolResult.Status.ERROR);
      assertThat(refused.text()).contains("are not those that were accepted");
      assertThat(Files.readString(log)).doesNotContain("tools/call");
    }
    try (McpTools tools =
        open(
            accepted,
            (was, now) -> {
              assertThat(was.tools().differences(now)).containsExactly("~ echo");
              return true;
            })) {
      assertThat(run(tools, "fake__echo", "{\"text\":\"b\"}").text()).contains("b");
    }
  }

  @Test
  void itsEnvironmentIsEmptyButForWhatIsNamed() throws Exception {
    McpServer server = Servers.misbehaving("none", log, PATIENT, Map.of("TOKEN", "t-${WANTED}"));
    var around =
        new McpSurroundings(
            folder,
            Map.of("PATH", "/usr/bin:/bin", "OTHER_SECRET", "not-for-servers"),
            new Placeholders(
                name -> name.equals("WANTED") ? Optional.of("0123456789") : Optional.empty(),
                List.of("0123456789")),
            List.of());
    var accepted = new AcceptedServer(server, accepted("none").tools());

    try (McpTools tools = McpTools.of(List.of(accepted), around, ChangedTools.REFUSE)) {
      String text = run(tools, "fake__env", "{}").text();
      assertThat(text).contains("TOKEN=t-0123456789").doesNotContain("OTHER_SECRET");
    }
  }

  @Test
  void aVariableThatTheRunDoesNotHaveIsNamed() {
    Problem problem =
        problem(Servers.misbehaving("none", log, PATIENT, Map.of("TOKEN", "${PATH}")));

    assertThat(problem.code()).isEqualTo("E701");
    assertThat(problem.message()).isEqualTo("the MCP server fake needs the variable PATH");
    assertThat(problem.from()).containsExactly("env TOKEN of fake");
  }

  @Test
  void aServerWithoutAToolThatIsEnabledIsRefused() {
    McpServer all = server("none", PATIENT);
    var server = new McpServer("fake", all.connection(), List.of("echo", "fly"), PATIENT);

    assertThat(problem(server).message()).contains("it has no tool \"fly\"");
  }

  private McpServer server(String faults, Duration timeout) {
    return Servers.misbehaving(faults, log, timeout);
  }

  private AcceptedServer accepted(String faults) {
    return switch (look(server(faults, PATIENT))) {
      case Looked.Offers(AcceptedServer found) -> found;
      case Looked.Failed failed -> throw failed.problem().asException();
    };
  }

  private Problem problem(McpServer server) {
    return switch (look(server)) {
      case Looked.Offers found -> throw new AssertionError("it works: " + found);
      case Looked.Failed failed -> failed.problem();
    };
  }

  private Looked look(McpServer server) {
    return McpTools.look(List.of(server), Servers.in(folder)).getFirst();
  }

  private McpTools open(AcceptedServer accepted, ChangedTools changed) {
    return McpTools.of(List.of(accepted), Servers.in(folder), changed);
  }

  private void awaitLog(String line) throws Exception {
    for (int i = 0; i < 600; i++) {
      if (Files.readString(log).contains(line)) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(line + " is not in " + Files.readString(log));
  }

  static void awaitEnd(long pid) throws InterruptedException {
    for (int i = 0; i < 600; i++) {
      if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("process " + pid + " still runs");
  }
}
