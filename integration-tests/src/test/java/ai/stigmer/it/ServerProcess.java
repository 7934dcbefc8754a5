package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.RunningServer;
import ai.stigmer.testkit.ollama.FakeOllama;
import com.linecorp.armeria.client.grpc.GrpcClients;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code stigmer server start} as a process of its own, on a free port. */
final class ServerProcess implements AutoCloseable {
  private static final int TRIES = 600;

  private final StigmerProcess stigmer;
  private final StigmerProcess.Running running;
  private final URI uri;

  private ServerProcess(StigmerProcess stigmer, StigmerProcess.Running running, URI uri) {
    this.stigmer = stigmer;
    this.running = running;
    this.uri = uri;
  }

  static StigmerProcess stigmer(Path folder, FakeOllama ollama) {
    return StigmerProcess.in(folder)
        .with("OLLAMA_BASE_URL", ollama.baseUrl())
        .with("HOME", folder.toString());
  }

  static ServerProcess start(StigmerProcess stigmer, String... more) throws Exception {
    return startAt("127.0.0.1:0", stigmer, more);
  }

  static ServerProcess startAt(String address, StigmerProcess stigmer, String... more)
      throws Exception {
    String[] words = new String[4 + more.length];
    System.arraycopy(new String[] {"server", "start", "--address", address}, 0, words, 0, 4);
    System.arraycopy(more, 0, words, 4, more.length);
    StigmerProcess.Running running = stigmer.start(words);
    for (int i = 0; i < TRIES && running.process().isAlive(); i++) {
      Optional<RunningServer.Found> found =
          RunningServer.find(stigmer.home()).filter(one -> one.pid() == running.process().pid());
      if (found.isPresent()) {
        return new ServerProcess(stigmer, running, URI.create(found.get().url()));
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("no server: " + StigmerProcess.read(running.err()));
  }

  URI uri() {
    return uri;
  }

  String token() throws Exception {
    return Files.readString(stigmer.home().resolve("server.token")).strip();
  }

  <S> S client(Class<S> stub) throws Exception {
    return GrpcClients.builder("gproto+" + uri)
        .addHeader("authorization", "Bearer " + token())
        .responseTimeoutMillis(120_000)
        .build(stub);
  }

  void kill() throws Exception {
    running.signal("KILL");
    assertThat(running.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  StigmerProcess.Ended terminate() {
    running.signal("TERM");
    return running.await();
  }

  String said() {
    return StigmerProcess.read(running.err());
  }

  @Override
  public void close() {
    running.close();
  }
}
