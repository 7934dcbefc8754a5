package ai.stigmer.mcp;

import ai.stigmer.graphton.sandbox.ConfinedCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/*
 * A server must not outlive this process, also when that dies without a word. Its standard input ends then, but a server
 * need not care. So a guard that holds a pipe of this process waits for the pipe's end and kills the server's process
 * group. The server starts only when its guard is there: until a first line comes, it is a shell that waits for it, and
 * that ends with its input.
 */
/**
 * A process that speaks through its standard streams, in a session of its own, which is killed as a
 * whole, or in a sandbox. The one place that starts servers.
 */
final class ServerProcess implements AutoCloseable {
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final int KEPT_ERRORS = 4_096;
  private static final int GRACE_MILLIS = 500;

  private final Process process;
  private final Kept kept;
  private final StringBuilder errors = new StringBuilder();
  private final Thread reader;

  /** What sees to it that nothing of a server outlives it, nor this process. */
  private interface Kept {
    void end() throws IOException, InterruptedException;
  }

  private ServerProcess(Process process, Kept kept) {
    this.process = process;
    this.kept = kept;
    this.reader = Thread.ofPlatform().daemon().name("mcp-errors").start(this::readErrors);
  }

  /**
   * Starts a command.
   *
   * @param env the whole environment
   */
  static ServerProcess start(List<String> command, Map<String, String> env, Path folder)
      throws IOException {
    var line = session();
    line.addAll(List.of("/bin/sh", "-c", "read -r _ || exit 1; exec \"$@\"", "sh"));
    line.addAll(command);
    Process process = builder(line, env).directory(folder.toFile()).start();
    try {
      Process guard = guard(process);
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      return new ServerProcess(
          process,
          () -> {
            try {
              guard.getOutputStream().close();
              guard.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS);
            } finally {
              guard.destroyForcibly();
            }
          });
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Starts a command in a sandbox, which ends with this process and with all that is in it. */
  static ServerProcess start(ConfinedCommand command) throws IOException {
    try {
      Process process = command.start();
      return new ServerProcess(
          process,
          () -> {
            command.kill(process);
            var _ = process.waitFor();
            var _ = command.settle();
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static Process guard(Process process) throws IOException {
    boolean grouped = SETSID.stream().anyMatch(Files::isExecutable);
    String victim = (grouped ? "-" : "") + process.pid();
    var line = session();
    line.addAll(List.of("/bin/sh", "-c", "read -r _; kill -s KILL -- " + victim));
    return builder(line, Map.of("PATH", "/usr/bin:/bin"))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> session() {
    var line = new ArrayList<String>();
    SETSID.stream().filter(Files::isExecutable).findFirst().ifPresent(p -> line.add(p.toString()));
    return line;
  }

  private static ProcessBuilder builder(List<String> line, Map<String, String> env) {
    var builder = new ProcessBuilder(line);
    builder.environment().clear();
    builder.environment().putAll(env);
    return builder;
  }

  InputStream out() {
    return process.getInputStream();
  }

  OutputStream in() {
    return process.getOutputStream();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it printed last to its standard error, at most 4096 characters. */
  String errors() {
    try {
      if (!process.isAlive()) {
        reader.join(GRACE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (errors) {
      return errors.toString().strip();
    }
  }

  /** How it ended, in words. */
  String end() {
    try {
      return process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)
          ? "it ended with status " + process.exitValue()
          : "it closed its output";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "it closed its output";
    }
  }

  private void readErrors() {
    byte[] buffer = new byte[8_192];
    try (InputStream in = process.getErrorStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        keep(new String(buffer, 0, n, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      // The process is gone.
    }
  }

  private void keep(String text) {
    synchronized (errors) {
      errors.append(text);
      if (errors.length() > KEPT_ERRORS) {
        errors.delete(0, errors.length() - KEPT_ERRORS);
      }
    }
  }

  /** Closes its input, gives it half a second, then kills it and everything that it started. */
  @Override
  public void close() {
    List<ProcessHandle> below = process.descendants().toList();
    // Somebody may still be writing to a server that does not read, so closing can block.
    Thread.ofPlatform().daemon().name("mcp-close").start(this::closeInput);
    try {
      process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS);
      kept.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // Then it has ended.
    }
    process.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
  }

  private void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It is gone.
    }
  }
}
