package ai.stigmer.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process of {@link StoreMain}. */
final class Child implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;

  private Child(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    out = process.inputReader(StandardCharsets.UTF_8);
  }

  static Child start(String... args) throws IOException {
    return new Child(command(List.of(), args));
  }

  /** Starts it by way of another command, which ends in an exec of what follows it. */
  static Child startThrough(List<String> wrapper, String... args) throws IOException {
    return new Child(command(wrapper, args));
  }

  static List<String> command(List<String> wrapper, String... args) {
    var command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            StoreMain.class.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /** The next line it says, or null once it has said all. */
  @Nullable String line() throws IOException {
    return out.readLine();
  }

  /** What it says until it ends. */
  List<String> lines() throws IOException {
    var lines = new ArrayList<String>();
    for (String line = line(); line != null; line = line()) {
      lines.add(line);
    }
    return lines;
  }

  long pid() {
    return process.pid();
  }

  /** Kills it, as {@code kill -9} does, and waits until it is gone; what it said can be read. */
  void kill() {
    process.toHandle().destroyForcibly(); // The process itself would close its output, too.
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the process " + pid() + " does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
