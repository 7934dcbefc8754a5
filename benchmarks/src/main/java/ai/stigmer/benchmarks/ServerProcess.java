package ai.stigmer.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A {@link ReplyServer} in a process of its own, so that its work is not measured. */
record ServerProcess(Process process, String url) implements AutoCloseable {

  static ServerProcess start(int steps, long latencyMillis) throws IOException {
    Process process =
        new ProcessBuilder(
                java(),
                "-cp",
                System.getProperty("java.class.path"),
                ReplyServer.class.getName(),
                String.valueOf(steps),
                String.valueOf(latencyMillis))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
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
