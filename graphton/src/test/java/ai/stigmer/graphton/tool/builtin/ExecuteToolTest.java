package ai.stigmer.graphton.tool.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.ToolResult.Status;
import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.Unconfined;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecuteToolTest {
  @TempDir Path root = Path.of("");
  private final CancelToken cancel = new CancelToken();

  @Test
  void aCommandSeesAnAlmostEmptyEnvironment() throws Exception {
    String text = run("env | cut -d= -f1 | grep -v -e _ -e PWD -e SHLVL | sort").text();
    assertThat(text).isEqualTo("HOME\nPATH\nTERM\n[exit status 0]");
    assertThat(run("env").text()).doesNotContain("canary");
    assertThat(run("echo $HOME").text()).startsWith(root.toRealPath().toString());
  }

  /** What ends a command with this process must be no child of the command. */
  @Test
  void aCommandHasNoChildrenButItsOwn() throws Exception {
    String children = "read -r all < /proc/$$/task/$$/children; echo \"[$all]\"";
    assertThat(run(children).text()).isEqualTo("[]\n[exit status 0]");
  }

  @Test
  void failureIsAnErrorWithAllTheOutput() throws Exception {
    ToolResult result = run("echo out; echo err >&2; exit 3");
    assertThat(result).isEqualTo(ToolResult.error("out\nerr\n[exit status 3]"));
  }

  @Test
  void nothingThatACommandPrintedIsLostHoweverLateItIsRead() throws Exception {
    List<Thread> busy =
        java.util.stream.IntStream.range(0, 4 * Runtime.getRuntime().availableProcessors())
            .mapToObj(
                _ ->
                    Thread.ofPlatform()
                        .daemon()
                        .start(
                            () -> {
                              while (!Thread.currentThread().isInterrupted()) {
                                Thread.onSpinWait();
                              }
                            }))
            .toList();
    try {
      for (int i = 0; i < 60; i++) {
        assertThat(run("echo printed").text()).isEqualTo("printed\n[exit status 0]");
      }
    } finally {
      busy.forEach(Thread::interrupt);
    }
  }

  @Test
  void whatACommandLeavesRunningIsKilled() throws Exception {
    ToolResult result = run("sleep 1000 & echo $!; sleep 1001 & echo $!");
    assertThat(result.status()).isEqualTo(Status.OK);
    List<String> pids = result.text().lines().limit(2).toList();
    assertThat(pids).hasSize(2).allSatisfy(pid -> assertThat(isGone(pid)).isTrue());
  }

  @Test
  void aCommandThatIgnoresEverySignalIsKilledAtItsTimeout() throws Exception {
    ToolResult result =
        runJson(
            "{\"command\":\"trap '' TERM INT HUP; echo $$; while :; do sleep 1; done\",\"timeout\":1}");
    assertThat(result.status()).isEqualTo(Status.ERROR);
    assertThat(result.text()).contains("killed after 1 seconds", "[exit status 124]");
    assertThat(isGone(result.text().lines().findFirst().orElseThrow())).isTrue();
  }

  @Test
  void cancellingKillsTheCommand() throws Exception {
    Thread.ofVirtual().start(cancel::cancel);
    assertThat(run("sleep 1000").text()).contains("the run was cancelled");
  }

  @Test
  void endlessOutputIsBoundedAndKeepsBothEnds() throws Exception {
    ToolResult result = run("echo first; yes | head -c 20000000; echo last");
    assertThat(result.text().length()).isLessThan(2 * CommandOutput.HALF + 200);
    assertThat(result.text())
        .startsWith("first\n")
        .contains("bytes left out")
        .contains("\nlast\n[exit status 0]");
  }

  @Test
  void escapeSequencesAreLeftOut() throws Exception {
    assertThat(run("printf '\\033[31mred\\033[0m\\a\\r\\n'").text())
        .isEqualTo("red\n[exit status 0]");
  }

  private ToolResult run(String command) throws Exception {
    return runJson(JsonNodeFactory.instance.objectNode().put("command", command).toString());
  }

  private ToolResult runJson(String arguments) throws Exception {
    Tool tool =
        new ExecuteTool(
                new Unconfined(
                    Workspace.open(root).root(),
                    CommandEnvironment.of(
                        Map.of(
                            "PATH", "/usr/bin:/bin",
                            "ANTHROPIC_API_KEY", "canary",
                            "HOME", "/elsewhere"),
                        Workspace.open(root).root())))
            .tool();
    var checked = (Checked.Valid) ArgumentCheck.check(tool.spec(), arguments);
    return tool.run(checked.arguments(), new ToolContext("r", "c", cancel));
  }

  /** A killed process may be a zombie until its new parent looks after it. */
  private static boolean isGone(String pid) {
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(pid.strip()));
    try {
      process.ifPresent(
          handle -> handle.onExit().orTimeout(10, java.util.concurrent.TimeUnit.SECONDS).join());
      return true;
    } catch (java.util.concurrent.CompletionException e) {
      return false;
    }
  }
}
