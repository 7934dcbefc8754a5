package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command line as a process of its own, with a home of its own and none of this machine's
 * settings. Immutable; the {@code with} methods give changed copies.
 *
 * @param tracer words in front of the command, for example of strace
 */
record StigmerProcess(
    Path folder, String main, Map<String, String> env, String stdin, List<String> tracer) {
  private static final long LIMIT_SECONDS = 120;

  /** How a process ended and what it wrote. */
  record Ended(int status, String out, String err) {}

  /** A command line whose home lies in {@code folder}. */
  static StigmerProcess in(Path folder) {
    return new StigmerProcess(folder, "ai.stigmer.cli.Main", Map.of(), "", List.of());
  }

  StigmerProcess withMain(String mainClass) {
    return new StigmerProcess(folder, mainClass, env, stdin, tracer);
  }

  StigmerProcess with(String variable, String value) {
    var more = new HashMap<>(env);
    more.put(variable, value);
    return new StigmerProcess(folder, main, Map.copyOf(more), stdin, tracer);
  }

  StigmerProcess withStdin(String text) {
    return new StigmerProcess(folder, main, env, text, tracer);
  }

  StigmerProcess tracedBy(List<String> words) {
    return new StigmerProcess(folder, main, env, stdin, List.copyOf(words));
  }

  Path home() {
    return folder.resolve("home");
  }

  /** Runs a command to its end. */
  Ended run(String... arguments) {
    try (Running running = start(arguments)) {
      return running.await();
    }
  }

  /** Starts a command. */
  Running start(String... arguments) {
    return startLine(line(arguments));
  }

  /** Runs another program in the same surroundings. */
  Ended runOther(List<String> line) {
    try (Running running = startOther(line)) {
      return running.await();
    }
  }

  /** Starts another program in the same surroundings. */
  Running startOther(List<String> line) {
    return startLine(line);
  }

  private Running startLine(List<String> line) {
    try {
      Files.createDirectories(folder);
      Path in = Files.writeString(Files.createTempFile(folder, "in", ""), stdin);
      Path out = Files.createTempFile(folder, "out", "");
      Path err = Files.createTempFile(folder, "err", "");
      var builder =
          new ProcessBuilder(line)
              .directory(folder.toFile())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().put("STIGMER_HOME", home().toString());
      builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
      builder.environment().putAll(env);
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole command line. */
  List<String> line(String... arguments) {
    var line = new ArrayList<>(tracer);
    line.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath(),
            main));
    line.addAll(List.of(arguments));
    return line;
  }

  /** What users get, and these tests; not what only the tests depend on. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.contains("archunit"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A command that runs. */
  record Running(Process process, Path out, Path err) implements AutoCloseable {

    Ended await() {
      try {
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
            .as("ended within %s s; so far: %s", LIMIT_SECONDS, read(err))
            .isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new Ended(process.exitValue(), read(out), read(err));
    }

    /** Waits for the file while the command runs. */
    void awaitFile(Path file) {
      while (!Files.exists(file)) {
        assertThat(process.isAlive()).as(read(err)).isTrue();
        try {
          Thread.sleep(20);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    /** Sends a signal by name, for example {@code INT}. */
    void signal(String name) {
      try {
        new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + process.pid())
            .start()
            .waitFor();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
