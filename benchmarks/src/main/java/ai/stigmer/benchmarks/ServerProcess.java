package ai.stigmer.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server in a process of its own, so that its work is not measured. */
record ServerProcess(Process process, String url) implements AutoCloseable {

  static ServerProcess start(int steps, long latencyMillis) throws IOException {
    return start(new ReplyServer.Play(steps, latencyMillis, 0, 0, "add"));
  }

  static ServerProcess start(ReplyServer.Play play) throws IOException {
    return start(ReplyServer.class, play.words());
  }

  /** Starts a program whose first line of output is the port that it listens on. */
  static ServerProcess start(Class<?> program, String... arguments) throws IOException {
    var line =
        new ArrayList<>(
            List.of(java(), "-cp", System.getProperty("java.class.path"), program.getName()));
    line.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    return new ServerProcess(process, "http://127.0.0.1:" + out.readLine());
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
