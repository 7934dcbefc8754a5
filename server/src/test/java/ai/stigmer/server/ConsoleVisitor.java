package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;

/** Uses the console as a browser does, without its scripts. */
final class ConsoleVisitor implements AutoCloseable {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TestingServer server;
  private final String cookie;

  private ConsoleVisitor(TestingServer server) throws IOException, InterruptedException {
    this.server = server;
    HttpResponse<String> entered = enter(code(server));
    assertThat(entered.statusCode()).isEqualTo(303);
    String header = entered.headers().firstValue("set-cookie").orElseThrow();
    this.cookie = header.substring(0, header.indexOf(';'));
  }

  /** Somebody whom the server has let in. */
  static ConsoleVisitor in(TestingServer server) throws IOException, InterruptedException {
    return new ConsoleVisitor(server);
  }

  /** A code that lets somebody in once. */
  static String code(TestingServer server) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var answer =
          http.send(
              HttpRequest.newBuilder(URI.create(url(server, "/api/console-codes")))
                  .header("authorization", "Bearer " + server.token())
                  .POST(BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString());
      return new ObjectMapper().readTree(answer.body()).path("code").asText();
    }
  }

  private static String url(TestingServer server, String path) {
    return "http://127.0.0.1:" + server.port() + path;
  }

  String origin() {
    return url(server, "");
  }

  /** What comes of a code. */
  HttpResponse<String> enter(String code) throws IOException, InterruptedException {
    return send(form("/console/login", Map.of("code", code)).build());
  }

  /** A form of a page of the server's own, without a session. */
  HttpRequest.Builder form(String path, Map<String, String> fields) {
    return HttpRequest.newBuilder(URI.create(url(server, path)))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", url(server, ""))
        .POST(
            BodyPublishers.ofString(
                fields.entrySet().stream()
                    .map(
                        field ->
                            field.getKey()
                                + "="
                                + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&"))));
  }

  /** A request with the cookie. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url(server, path))).header("cookie", cookie);
  }

  String cookie() {
    return cookie;
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).build());
  }

  /** A page that answers well. */
  Document page(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    return Jsoup.parse(answer.body(), url(server, path));
  }

  /** The token that forms of this session bring. */
  String formToken() throws IOException, InterruptedException {
    return page("/console/agents").expectFirst("input[name=form_token]").attr("value");
  }

  /** Posts a form as the page would; the answer is the way to the next page. */
  HttpResponse<String> post(String path, Map<String, String> fields)
      throws IOException, InterruptedException {
    var all = new java.util.HashMap<>(fields);
    all.put("form_token", formToken());
    return send(form(path, all).header("cookie", cookie).build());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
