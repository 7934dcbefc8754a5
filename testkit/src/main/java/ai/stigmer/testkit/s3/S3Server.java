package ai.stigmer.testkit.s3;

import ai.stigmer.testkit.RealComponents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server that speaks S3, in a process of its own on the loopback interface: versitygw, which
 * keeps each object as a file, so that a test can look at it and damage it. It checks signatures.
 *
 * <p>Thread contract: from one thread.
 */
public final class S3Server implements AutoCloseable {
  private static final String ID = "stigmer";
  private static final String KEY = "correct-horse-battery";
  private static final int SECONDS_TO_START = 60;

  private final Path folder;
  private final Process process;
  private final int port;

  private S3Server(Path folder, Process process, int port) {
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  /**
   * Starts one that keeps its buckets in a folder; where the program is not installed, the test is
   * skipped, or fails under {@code STIGMER_REQUIRE_ALL=1}.
   *
   * @param folder of its own; from one start to the next it keeps what is in it
   */
  public static S3Server start(Path folder) throws IOException {
    String program = RealComponents.s3Server();
    Path buckets = Files.createDirectories(folder.resolve("buckets"));
    Path metadata = Files.createDirectories(folder.resolve("metadata"));
    int port = freePort();
    var builder =
        new ProcessBuilder(
                program,
                "--port",
                "127.0.0.1:" + port,
                "--quiet",
                "posix",
                "--sidecar",
                metadata.toString(),
                buckets.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile());
    builder.environment().putAll(Map.of("ROOT_ACCESS_KEY", ID, "ROOT_SECRET_KEY", KEY));
    var server = new S3Server(folder, builder.start(), port);
    server.awaitAnswer();
    return server;
  }

  /** What a client's environment says so that it finds this server. */
  public Map<String, String> env() {
    return Map.of(
        "AWS_ENDPOINT_URL_S3",
        "http://127.0.0.1:" + port,
        "AWS_ACCESS_KEY_ID",
        ID,
        "AWS_SECRET_ACCESS_KEY",
        KEY);
  }

  /** The port on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Makes a bucket; returns the folder in which its objects are files. */
  public Path newBucket(String name) throws IOException {
    return Files.createDirectory(folder.resolve("buckets").resolve(name));
  }

  private void awaitAnswer() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
    while (!answers()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        close();
        throw new IOException(
            "the S3 server does not start: " + Files.readString(folder.resolve("server.log")));
      }
      pause();
    }
  }

  private boolean answers() {
    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the S3 server starts", e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
