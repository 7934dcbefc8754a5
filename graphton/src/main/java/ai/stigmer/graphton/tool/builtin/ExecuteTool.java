package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/*
 * A command gets a session of its own where setsid(1) is there, so that everything it left running can be killed by
 * its process group, also after the shell itself has ended. What starts yet another session escapes that; only a
 * sandbox can hold it. Killing goes by process handle: Process.destroyForcibly also closes the pipe, and with it goes
 * what a command has printed and nobody has read yet.
 *
 * A command must not outlive a process that dies without a word: resuming would run beside it. So the shell that
 * becomes the command first leaves a watcher behind, which is no child of the command, waits for the end of a pipe that this process holds open,
 * and then kills the group.
 */
/**
 * Runs a shell command in the workspace, with an almost empty environment, and leaves nothing
 * running behind it.
 */
final class ExecuteTool {
  private static final List<String> ALLOWED = List.of("PATH", "LANG", "LC_ALL");
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final int DEFAULT_SECONDS = 120;
  private static final int MAX_SECONDS = 3_600;
  private static final int TIMED_OUT = 124;
  private static final int DRAIN_MILLIS = 2_000;

  private final Workspace workspace;
  private final Map<String, String> env;

  ExecuteTool(Workspace workspace, Map<String, String> env) {
    this.workspace = workspace;
    this.env = Map.copyOf(env);
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
    Process process = start(arguments.string("command"));
    var output = new CommandOutput(process.getInputStream());
    Thread reader = Thread.ofPlatform().daemon().name("execute-output").start(output);
    boolean ended = false;
    try (CancelToken.Registration _ = context.cancel().onCancel(() -> kill(process))) {
      ended = process.waitFor(seconds, TimeUnit.SECONDS);
    } finally {
      kill(process);
      reader.join(DRAIN_MILLIS);
      process.destroyForcibly();
    }
    String printed = output.text();
    String text = printed.isEmpty() ? "" : printed + "\n";
    if (context.cancel().isCancelled()) {
      return ToolResult.error(text + "[killed: the run was cancelled]");
    }
    if (!ended) {
      return ToolResult.error(
          text + "[killed after " + seconds + " seconds]\n[exit status " + TIMED_OUT + "]");
    }
    String all = text + "[exit status " + process.exitValue() + "]";
    return process.exitValue() == 0 ? ToolResult.ok(all) : ToolResult.error(all);
  }

  private Process start(String command) throws IOException {
    Optional<Path> setsid = SETSID.stream().filter(Files::isExecutable).findFirst();
    var line = new ArrayList<String>();
    setsid.ifPresent(path -> line.add(path.toString()));
    String all = setsid.isPresent() ? "-$$" : "$$";
    String watched =
        "exec 3<&0; ((read -r _ <&3; kill -s KILL -- "
            + all
            + ") >/dev/null 2>&1 &); exec 3<&-; exec /bin/sh -c \"$1\" </dev/null";
    line.addAll(List.of("/bin/sh", "-c", watched, "sh", command));
    var builder =
        new ProcessBuilder(line).directory(workspace.root().toFile()).redirectErrorStream(true);
    Map<String, String> clean = builder.environment();
    clean.clear();
    clean.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (String name : ALLOWED) {
      String value = env.get(name);
      if (value != null) {
        clean.put(name, value);
      }
    }
    clean.put("HOME", workspace.root().toString());
    clean.put("TERM", "dumb");
    return builder.start();
  }

  /** Ends the command and what it started; does nothing when all of it has ended. */
  private static void kill(Process process) {
    List<ProcessHandle> below = process.descendants().toList();
    process.toHandle().destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
    if (SETSID.stream().anyMatch(Files::isExecutable)) {
      try {
        new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        // Without a shell there was no command either.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
