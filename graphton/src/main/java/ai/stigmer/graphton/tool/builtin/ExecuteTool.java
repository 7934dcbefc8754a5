package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a shell command in the workspace, with a few harmless variables only. */
final class ExecuteTool {
  private static final List<String> ALLOWED =
      List.of("PATH", "HOME", "LANG", "LC_ALL", "TERM", "TMPDIR", "JAVA_HOME");
  private static final int DEFAULT_SECONDS = 120;
  private static final int MAX_SECONDS = 3_600;
  private static final int HALF = 50_000;

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
        .optionalInteger("timeout", "seconds, 120 when it is missing, at most 3600")
        .calling((arguments, context) -> execute(arguments, context));
  }

  private ToolResult execute(ToolArguments arguments, ToolContext context)
      throws IOException, InterruptedException {
    int asked = arguments.optionalInt("timeout").orElse(DEFAULT_SECONDS);
    int seconds = Math.clamp(asked, 1, MAX_SECONDS);
    Path output = Files.createTempFile("stigmer-", ".out");
    try {
      Process process = start(arguments.string("command"), output);
      boolean ended;
      try (CancelToken.Registration _ = context.cancel().onCancel(() -> kill(process))) {
        ended = process.waitFor(seconds, TimeUnit.SECONDS);
      } finally {
        kill(process);
      }
      String text = headAndTail(output);
      if (!ended) {
        return ToolResult.error(text + "\n[killed after " + seconds + " seconds]");
      }
      String all = text + "\n[exit status " + process.exitValue() + "]";
      return process.exitValue() == 0 ? ToolResult.ok(all) : ToolResult.error(all);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private Process start(String command, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command)
            .directory(workspace.root().toFile())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile());
    builder.environment().clear();
    for (String name : ALLOWED) {
      String value = env.get(name);
      if (value != null) {
        builder.environment().put(name, value);
      }
    }
    return builder.start();
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static String headAndTail(Path output) throws IOException {
    long size = Files.size(output);
    try (var in = Files.newInputStream(output)) {
      String head = new String(in.readNBytes(HALF), StandardCharsets.UTF_8);
      if (size <= HALF) {
        return head;
      }
      in.skipNBytes(Math.max(0, size - 2L * HALF));
      String tail = new String(in.readNBytes(HALF), StandardCharsets.UTF_8);
      return size <= 2L * HALF
          ? head + tail
          : head + "\n[… " + (size - 2L * HALF) + " bytes left out …]\n" + tail;
    }
  }
}
