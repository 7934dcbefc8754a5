package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.sandbox.ConfinedCommand;
import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a shell command in the workspace, kept in, and leaves nothing running behind it. */
final class ExecuteTool {
  private static final int DEFAULT_SECONDS = 120;
  private static final int MAX_SECONDS = 3_600;
  private static final int TIMED_OUT = 124;
  private static final int DRAIN_MILLIS = 2_000;

  private final Confinement confinement;

  ExecuteTool(Confinement confinement) {
    this.confinement = confinement;
  }

  Tool tool() {
    return Tool.named("execute")
        .describedAs("Runs a shell command in the workspace; gives output and exit status.")
        .string("command", "the command, for sh -c")
        .optionalInteger("timeout", "seconds, 120 when it is missing, at most 3600; 0 means 3600")
        .calling(this::execute);
  }

  private ToolResult execute(ToolArguments arguments, ToolContext context)
      throws IOException, InterruptedException {
    int asked = arguments.optionalInt("timeout").orElse(DEFAULT_SECONDS);
    if (asked < 0 || asked > MAX_SECONDS) {
      return ToolResult.error("timeout must be 0 to " + MAX_SECONDS + " seconds");
    }
    int seconds = asked == 0 ? MAX_SECONDS : asked;
    ConfinedCommand command =
        confinement.wrap(
            List.of("/bin/sh", "-c", "exec </dev/null; " + arguments.string("command")));
    ToolResult result;
    try {
      result = run(command, seconds, context.cancel());
    } catch (IOException | InterruptedException e) {
      var _ = command.settle();
      throw e;
    }
    List<String> mended = command.settle();
    return mended.isEmpty()
        ? result
        : ToolResult.error("[" + String.join("]\n[", mended) + "]\n" + result.text());
  }

  private static ToolResult run(ConfinedCommand command, int seconds, CancelToken cancel)
      throws IOException, InterruptedException {
    command.builder().redirectErrorStream(true);
    Process process = command.start();
    var output = new CommandOutput(process.getInputStream());
    Thread reader = Thread.ofPlatform().daemon().name("execute-output").start(output);
    boolean ended = false;
    try (CancelToken.Registration _ = cancel.onCancel(() -> command.kill(process))) {
      ended = process.waitFor(seconds, TimeUnit.SECONDS);
    } finally {
      command.kill(process);
      reader.join(DRAIN_MILLIS);
      process.destroyForcibly();
    }
    String printed = output.text();
    String text = printed.isEmpty() ? "" : printed + "\n";
    if (cancel.isCancelled()) {
      return ToolResult.error(text + "[killed: the run was cancelled]");
    }
    if (!ended) {
      return ToolResult.error(
          text + "[killed after " + seconds + " seconds]\n[exit status " + TIMED_OUT + "]");
    }
    String all = text + "[exit status " + process.exitValue() + "]";
    return process.exitValue() == 0 ? ToolResult.ok(all) : ToolResult.error(all);
  }
}
