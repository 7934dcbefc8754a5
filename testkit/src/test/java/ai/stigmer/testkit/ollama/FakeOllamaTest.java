package ai.stigmer.testkit.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.testkit.http.Fault;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeOllamaTest {
  private static final String USER = "{'role':'user','content':'hi'}";
  private static final String CALL =
      "{'role':'assistant','content':'','tool_calls':[{'id':'a','function':{'name':'ls','arguments':{}}}]}";
  private static final String ANSWER =
      "{'role':'tool','content':'x','tool_name':'ls','tool_call_id':'a'}";
  private static final String TOOLS = "[{'type':'function','function':{'name':'ls'}}]";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void closeClient() {
    client.close();
  }

  @Test
  void streamsTheScenarioLineByLine() throws Exception {
    // Given
    Scenario scenario = Scenario.of(Answer.text("Hel", "lo").tokens(7, 2));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      HttpResponse<String> response = chat(server, request(8192, USER));

      // Then
      List<String> lines = response.body().lines().toList();
      assertThat(lines).hasSize(3);
      assertThat(lines.getFirst()).contains("\"content\":\"Hel\"", "\"done\":false");
      assertThat(lines.getLast())
          .contains("\"done\":true", "\"done_reason\":\"stop\"", "\"prompt_eval_count\":7");
    }
  }

  @Test
  void answersAModelThatIsNotInstalledAsTheRealServerDoes() throws Exception {
    // Given
    Scenario scenario =
        Scenario.of(Answer.text("x")).models(InstalledModel.withTools("other:1b", 4096));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      HttpResponse<String> response = chat(server, request(8192, USER));

      // Then
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(response.body()).isEqualTo("{\"error\":\"model 'qwen3.5' not found\"}");
    }
  }

  @Test
  void cutsAStreamAtTheGivenByte() throws Exception {
    // Given
    Scenario scenario = Scenario.of(Answer.text("Hello").with(new Fault.CutAt(5)));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When / Then
      assertThatThrownBy(() -> chat(server, request(8192, USER))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void endsGarblesAndTricklesAStreamAtTheGivenByte() throws Exception {
    // Given
    Answer answer =
        Answer.text("Hello")
            .with(new Fault.EndAt(5))
            .with(new Fault.GarbleAt(2))
            .with(new Fault.Trickle(2, Duration.ofMillis(1)));
    try (FakeOllama server = FakeOllama.start(Scenario.of(answer))) {

      // When
      byte[] body =
          client
              .send(post(server, request(8192, USER)), HttpResponse.BodyHandlers.ofByteArray())
              .body();

      // Then
      assertThat(body).containsExactly('{', '"', 0xFF, 'o', 'd');
    }
  }

  @Test
  void acceptsAConversationThatKeepsTheRules() throws Exception {
    // Given
    Scenario scenario = Scenario.of(Answer.call("ls", "{}"), Answer.text("done"));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      chat(server, request(8192, USER));
      chat(server, request(8192, USER + "," + CALL + "," + ANSWER));

      // Then
      assertThat(server.violations()).isEmpty();
      assertThat(server.chats()).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          unanswered   | 'a tool call is not answered'
          twice        | 'a tool message answers no open call'
          notOffered   | 'the history calls a tool that is not offered: rm'
          changed      | 'the messages do not begin with those of the previous request'
          window       | 'options.num_ctx changed from 8192 to 4096'
          noWindow     | 'options.num_ctx is missing'
          truncating   | 'truncate is not false'
          """)
  void noticesABrokenRule(String breach, String violation) throws Exception {
    // Given
    FakeOllama server =
        FakeOllama.start(Scenario.answering(body -> Answer.text("ok").tokens(1, 1)));
    chat(server, request(8192, "{'role':'system','content':'s'}," + USER));

    // When
    chat(server, broken(breach));

    // Then
    assertThat(server.violations()).singleElement().asString().startsWith(violation);
    assertThatThrownBy(server::close).isInstanceOf(AssertionError.class);
  }

  private static String broken(String breach) {
    String begin = "{'role':'system','content':'s'}," + USER;
    return switch (breach) {
      case "unanswered" -> request(8192, begin + "," + CALL);
      case "twice" -> request(8192, begin + "," + CALL + "," + ANSWER + "," + ANSWER);
      case "notOffered" ->
          request(
              8192,
              begin + "," + CALL.replace("'ls'", "'rm'") + "," + ANSWER.replace("'ls'", "'rm'"));
      case "changed" ->
          request(8192, "{'role':'system','content':'t'}," + USER + "," + CALL + "," + ANSWER);
      case "window" -> request(4096, begin);
      case "noWindow" -> request(8192, begin).replace("num_ctx", "num_cty");
      case "truncating" -> request(8192, begin).replace("'truncate':false", "'truncate':true");
      default -> throw new IllegalArgumentException(breach);
    };
  }

  @Test
  void noticesARequestToUpgrade() throws Exception {
    // Given
    FakeOllama server = FakeOllama.start(Scenario.of(Answer.text("ok")));
    try (HttpClient upgrading = HttpClient.newHttpClient()) {

      // When
      upgrading.send(post(server, request(8192, USER)), HttpResponse.BodyHandlers.discarding());
    }

    // Then
    assertThat(server.violations()).containsExactly("the request asks for an upgrade of HTTP/1.1");
    server.closeIgnoringViolations();
  }

  private HttpResponse<String> chat(FakeOllama server, String body) throws Exception {
    return client.send(post(server, body), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest post(FakeOllama server, String body) {
    return HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/chat"))
        .POST(HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'), StandardCharsets.UTF_8))
        .build();
  }

  private static String request(int window, String messages) {
    return "{'model':'qwen3.5','stream':true,'truncate':false,'shift':false,'options':{'num_ctx':"
        + window
        + "},'tools':"
        + TOOLS
        + ",'messages':["
        + messages
        + "]}";
  }
}
