package ai.stigmer.server;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.testkit.ollama.FakeOllama;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.server.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A server on a free port of loopback, with a home of its own and a fake Ollama for its models. */
final class TestingServer implements AutoCloseable {
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final Path home;
  private final StigmerServer server;

  private TestingServer(Path folder, ServerOptions options) throws IOException {
    this.home = Files.createDirectories(folder.resolve("home"));
    this.server =
        StigmerServer.start(
            options,
            new ServerLog(
                new PrintStream(log, true, StandardCharsets.UTF_8), InstantSource.system()),
            InstantSource.system());
  }

  static TestingServer in(Path folder, FakeOllama ollama) throws IOException {
    return in(folder, Map.of("OLLAMA_BASE_URL", ollama.baseUrl()));
  }

  static TestingServer in(Path folder, Map<String, String> env) throws IOException {
    return new TestingServer(folder, options(folder, env));
  }

  /** One with these names that says that a proxy with TLS stands in front of it; none does. */
  static TestingServer behindProxy(Path folder, Set<String> names) throws IOException {
    ServerOptions of = options(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
    return new TestingServer(
        folder,
        new ServerOptions(
            of.address(),
            names,
            of.tls(),
            ServerOptions.Exposure.BEHIND_PROXY,
            of.home(),
            of.database(),
            of.workspaces(),
            of.maxRuns(),
            of.configuration(),
            of.env()));
  }

  /** The same with all its data in that database of PostgreSQL. */
  static TestingServer on(String url, Path folder, Map<String, String> env) throws IOException {
    return new TestingServer(
        folder, options(folder, env, new ServerOptions.Database.Postgres(PostgresUrl.parse(url))));
  }

  static ServerOptions options(Path folder, Map<String, String> more) {
    return options(
        folder,
        more,
        new ServerOptions.Database.Files(folder.resolve("home").resolve("stigmer.db")));
  }

  private static ServerOptions options(
      Path folder, Map<String, String> more, ServerOptions.Database database) {
    var env = new HashMap<>(more);
    env.put("STIGMER_HOME", folder.resolve("home").toString());
    env.put("HOME", folder.toString());
    env.put("PATH", System.getProperty("stigmer.test.path", "/usr/bin:/bin"));
    return new ServerOptions(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Set.of(),
        Optional.empty(),
        ServerOptions.Exposure.DIRECT,
        folder.resolve("home"),
        database,
        folder.resolve("workspaces"),
        64,
        ConfigInput.of(env, "stigmer server"),
        env);
  }

  int port() {
    return server.port();
  }

  String token() {
    try {
      return Files.readString(home.resolve("server.token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client that has the token. */
  <S> S client(Class<S> stub) {
    return client(stub, ClientFactory.ofDefault());
  }

  /** The same over connections of its own. */
  <S> S client(Class<S> stub, ClientFactory connections) {
    return GrpcClients.builder("gproto+http://127.0.0.1:" + port())
        .factory(connections)
        .addHeader("authorization", "Bearer " + token())
        .responseTimeoutMillis(60_000)
        .build(stub);
  }

  /** How many readers it has. */
  int subscribers() {
    return server.backend().executions().subscribers();
  }

  /** What lies in its store, past the port. */
  Shelves shelves() {
    return server.backend().shelves();
  }

  /** What its runs write. */
  Journal journal() {
    return server.backend().journal();
  }

  /** What its runs get as secrets. */
  Map<String, String> secrets(String execution) {
    return server.backend().launch().secrets(execution);
  }

  /** Every route, as the server itself knows it. */
  List<Route> routes() {
    return server.routes();
  }

  /** What a route asks of its caller. */
  Optional<Scope> scope(String verb, Route route) {
    return server.scopes().find(verb, route.patternString());
  }

  Path home() {
    return home;
  }

  String log() {
    return log.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.close();
  }
}
