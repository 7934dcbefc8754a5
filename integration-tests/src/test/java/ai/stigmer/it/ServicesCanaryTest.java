package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets of the services that a run uses: each arrives there and nowhere else. */
class ServicesCanaryTest {
  private static final String MODEL = "qwen3:8b";

  @TempDir Path folder = Path.of("");

  private final Map<String, String> sinks = new TreeMap<>();
  private Path workspace = Path.of("");

  @BeforeEach
  void workspace() throws IOException {
    workspace = Files.createDirectories(folder.resolve("workspace"));
  }

  @Test
  void thePasswordOfTheDatabaseArrivesThereAndNowhereElse() throws Exception {
    var password = new Canary("database");
    Files.writeString(workspace.resolve("found.txt"), password.text());
    try (PostgresServer server = PostgresServer.start();
        FakeOllama ollama = finding(password)) {
      // Given
      String url = withUser(server, password);
      StigmerProcess stigmer =
          StigmerProcess.in(folder)
              .with("OLLAMA_BASE_URL", ollama.baseUrl())
              .with("STIGMER_DATABASE_URL", url);
      // When
      Ended ended =
          run("run", stigmer, "run", "-m", MODEL, "-v", "--workspace", workspace.toString(), "go");
      assertThat(ended.status()).as(ended.err()).isZero();
      lookBack(stigmer);
      run("wrong name", stigmer, "sessions", "show", password.secret());
      Ended refused =
          run("refused", stigmer.with("STIGMER_DATABASE_URL", url + "x"), "sessions", "list");
      assertThat(refused.status()).isNotZero();
      // Then
      sinks.put("provider", ollama.chats().getLast().body().toString());
      assertThat(sinks.get("provider")).contains(password.word());
      assertThat(sinks.get("export out")).contains(password.word());
      assertNowhere(password);
      assertThat(server.keeps(password.word())).isTrue();
      assertThat(server.keeps(password.secret())).isFalse();
    }
  }

  /** A user of its own, whose password no server log tells. */
  private static String withUser(PostgresServer server, Canary password) {
    String url = server.newDatabase();
    server.sql(
        "postgres",
        "SET log_statement = 'none'; CREATE ROLE canary LOGIN SUPERUSER PASSWORD '"
            + password.secret()
            + "'");
    return url.replace(
        "stigmer:" + server.password() + "@",
        "canary:" + URLEncoder.encode(password.secret(), StandardCharsets.UTF_8) + "@");
  }

  @Test
  void aHeaderOfAnMcpServerArrivesThereAndNowhereElse() throws Exception {
    var header = new Canary("mcp-header");
    try (HttpMcpServer server = new HttpMcpServer(header.word());
        FakeOllama ollama =
            started(Answer.call("hub__tell", "{}"), Answer.text(header.word()), Answer.text("x"))) {
      StigmerProcess stigmer =
          StigmerProcess.in(folder)
              .with("OLLAMA_BASE_URL", ollama.baseUrl())
              .with("HEADER", header.secret());
      // When
      Ended added =
          run(
              "mcp add",
              stigmer,
              "mcp",
              "add",
              "hub",
              "--url",
              server.url(),
              "--header",
              "Authorization: Bearer ${HEADER}");
      assertThat(added.status()).as(added.err()).isZero();
      Ended ended =
          run(
              "run",
              stigmer,
              "run",
              "-m",
              MODEL,
              "-v",
              "--allow",
              "hub__*",
              "--output",
              "stream-json",
              "--workspace",
              workspace.toString(),
              "go");
      assertThat(ended.status()).as(ended.err()).isZero();
      lookBack(stigmer);
      run("mcp list", stigmer, "mcp", "list");
      run("mcp test", stigmer, "mcp", "test", "hub");
      // Then
      assertThat(server.authorizations()).containsExactly("Bearer " + header.secret());
      sinks.put("provider", ollama.chats().getLast().body().toString());
    }
    sinks.put("home", bytes(folder.resolve("home")));
    for (String sink : new String[] {"provider", "home", "run out", "show out", "export out"}) {
      assertThat(sinks.get(sink)).as(sink).contains(header.word());
    }
    assertNowhere(header);
  }

  @Test
  void theHistoryOfTemporalHoldsNothingOfWhatARunSays() throws Exception {
    var message = new Canary("message");
    try (TemporalSite site = new TemporalSite(folder)) {
      StigmerProcess stigmer = site.stigmer().with(message.variable(), message.secret());
      var _ = site.worker(stigmer);
      String[] words =
          site.command(
              "r",
              TemporalSite.command("echo " + message.word() + "; printenv; exit 1"),
              TemporalSite.says(message.word()));
      words[words.length - 1] = message.text();
      // When
      try (Running command = stigmer.start(words)) {
        Ended ended = command.await();
        assertThat(ended.status()).as(ended.err()).isZero();
        assertThat(ended.out()).contains(message.word());
      }
      sinks.put("journal", bytes(folder.resolve("home")));
      assertThat(sinks.get("journal")).contains(message.word());
      // Then
      String history = bytes(folder, "temporal.db");
      sinks.put("history", history);
      assertThat(history).contains(id(stigmer)).doesNotContain(message.word());
      assertNowhere(message);
    }
  }

  private static String id(StigmerProcess stigmer) {
    return stigmer.run("sessions", "list").out().strip().split("\\s", 2)[0];
  }

  private static FakeOllama finding(Canary canary) {
    return started(
        Answer.call("read_file", "{\"file_path\":\"found.txt\"}"), Answer.text(canary.text()));
  }

  private static FakeOllama started(Answer... answers) {
    return FakeOllama.start(Scenario.of(answers).models(InstalledModel.withTools(MODEL, 65_536)));
  }

  private void lookBack(StigmerProcess stigmer) {
    run("show", stigmer, "sessions", "show", "last");
    run("export", stigmer, "sessions", "export", "last");
    run("replay", stigmer, "replay", "last");
    run("explain", stigmer, "config", "explain");
    run("explain json", stigmer, "config", "explain", "--json");
    run("doctor", stigmer, "doctor");
    run("env", stigmer, "env");
    run("stats", stigmer, "store", "stats");
    run("check", stigmer, "store", "check");
  }

  private Ended run(String name, StigmerProcess stigmer, String... words) {
    Ended ended = stigmer.run(words);
    sinks.put(name + " out", ended.out());
    sinks.put(name + " err", ended.err());
    return ended;
  }

  private static String bytes(Path folder) throws IOException {
    return bytes(folder, "");
  }

  /** The files beneath a folder whose names begin so; a text of the journal is in their bytes. */
  private static String bytes(Path folder, String name) throws IOException {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files
              .filter(Files::isRegularFile)
              .filter(file -> file.getFileName().toString().startsWith(name))
              .toList()) {
        all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  private void assertNowhere(Canary canary) {
    sinks.forEach((sink, text) -> assertThat(canary.in(text)).as(canary + " in " + sink).isEmpty());
  }
}
