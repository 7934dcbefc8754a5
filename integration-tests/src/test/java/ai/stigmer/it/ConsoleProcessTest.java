package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stigmer console} as a process, beside a server that is another one. */
class ConsoleProcessTest {
  @TempDir Path folder = Path.of("");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void itsLinkLetsOneBrowserInAndWithoutAServerItSaysWhatToType() throws Exception {
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.of(Answer.text("unused"))
                .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)))) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder, ollama);
      assertNoServer(stigmer.run("console"));
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        Ended shown = stigmer.run("console");
        assertThat(shown.status()).as(shown.err()).isZero();
        assertThat(shown.err()).isEmpty();
        URI link = URI.create(shown.out().strip());
        assertThat(shown.out()).isEqualTo(link + "\n").doesNotContain(server.token());
        assertThat(link.resolve("/")).isEqualTo(server.uri().resolve("/"));
        String code = link.getFragment();

        assertThat(get(link, "").statusCode()).as("the page of the link").isEqualTo(200);
        HttpResponse<String> entered = enter(link, code);
        assertThat(entered.statusCode()).isEqualTo(303);
        String cookie = entered.headers().firstValue("set-cookie").orElseThrow().split(";", 2)[0];
        HttpResponse<String> runs = get(link.resolve("/console/runs"), cookie);
        assertThat(runs.statusCode()).isEqualTo(200);
        assertThat(runs.body()).contains("<h1", "Runs");
        assertThat(enter(link, code).statusCode()).as("a second time").isEqualTo(401);
        assertThat(server.said()).doesNotContain(code, cookie);

        Path token = stigmer.home().resolve("server.token");
        Path away = Files.move(token, folder.resolve("away"));
        Ended locked = stigmer.run("console");
        assertThat(locked.status()).isEqualTo(4);
        assertThat(locked.err()).contains("E581", "server.token").doesNotContain("\tat ");
        Files.move(away, token);
        assertNamed(stigmer, server);

        server.kill();
        assertNoServer(stigmer.run("console"));
      }
    }
  }

  /** The link is that of the server that is named, from wherever, with the token that is given. */
  private void assertNamed(StigmerProcess stigmer, ServerProcess server) throws Exception {
    Ended made = stigmer.run("server", "token", "create", "--name", "ops", "--scope", "read");
    StigmerProcess other =
        StigmerProcess.in(folder.resolve("elsewhere"))
            .with("STIGMER_BACKEND_ENDPOINT", server.uri().toString())
            .with("STIGMER_API_KEY", made.out().strip());
    Ended shown = other.run("console");
    assertThat(shown.status()).as(shown.err()).isZero();
    URI link = URI.create(shown.out().strip());
    assertThat(link.resolve("/")).isEqualTo(server.uri().resolve("/"));
    assertThat(enter(link, link.getFragment()).statusCode()).isEqualTo(303);
    Ended nobody = other.with("STIGMER_API_KEY", "stg_wrong").run("console");
    assertThat(nobody.status()).isEqualTo(4);
    assertThat(nobody.err()).contains("E576", "STIGMER_API_KEY");
    assertThat(other.run("console", "--server", "").err()).contains("E566");
  }

  private static void assertNoServer(Ended ended) {
    assertThat(ended.status()).isEqualTo(9);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("E566", "no server", "stigmer server start", "--server URL");
  }

  private HttpResponse<String> get(URI uri, String cookie) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (!cookie.isEmpty()) {
      request.header("cookie", cookie);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> enter(URI link, String code) throws Exception {
    URI origin = link.resolve("/");
    return http.send(
        HttpRequest.newBuilder(link.resolve("/console/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", origin.getScheme() + "://" + origin.getAuthority())
            .POST(
                BodyPublishers.ofString("code=" + URLEncoder.encode(code, StandardCharsets.UTF_8)))
            .build(),
        BodyHandlers.ofString());
  }
}
