package ai.stigmer.testkit.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.testkit.http.Fault;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeServersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Answer THOUGHTFUL =
      Answer.empty().andThinking("hm").andCall("call_a", "ls", "{}");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void closeClient() {
    client.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          'input':[{'type':'function_call_output','call_id':'x','output':''}] | 400 | No tool call found for function call output with call_id x.
          'input':[{'type':'function_call','call_id':'x','name':'ls','arguments':''}] | 400 | No tool output found for function call x.
          'input':[{'id':'m','role':'user','content':''},{'id':'m','role':'user','content':''}] | 400 | Duplicate item found with id m. Remove duplicate items from your input and try again.
          'input':[{'type':'reasoning','id':'rs_9','summary':[]}] | 404 | Item with id 'rs_9' not found. Items are not persisted when `store` is set to false.
          'input':[{'type':'reasoning','id':'rs_9','encrypted_content':'x'}] | 400 | The encrypted content for item rs_9 could not be verified.
          'input':[],'max_tokens':5 | 400 | Unknown parameter: 'max_tokens'.
          'input':[],'messages':[] | 400 | Unknown parameter: 'messages'.
          'input':[],'temperature':0.5 | 400 | Unsupported parameter: 'temperature' is not supported with this model.
          'input':[],'max_output_tokens':3 | 400 | Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16.
          'input':[],'reasoning':{'effort':'minimal'} | 400 | Unsupported value: 'minimal' is not supported with the 'gpt-6.1-sol' model. Supported values are: [none, low, medium, high, xhigh, max].
          """)
  void theResponsesApiRefusesAsTheRealOneDoes(String members, int status, String message)
      throws Exception {
    try (FakeResponses server = FakeResponses.start(Scenario.of())) {
      HttpResponse<String> response = respond(server, "gpt-6.1-sol", members);
      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(messageOf(response)).isEqualTo(message);
      server.closeIgnoringViolations();
    }
  }

  @Test
  void aCallWithoutItsReasoningIsRefused() throws Exception {
    try (FakeResponses server = FakeResponses.start(Scenario.of(THOUGHTFUL))) {
      // Given
      List<JsonNode> items = itemsOf(respond(server, "gpt-6.1-sol", "'input':[]"));
      String output = "{'type':'function_call_output','call_id':'call_a','output':''}";

      // When
      HttpResponse<String> alone =
          respond(server, "gpt-6.1-sol", "'input':[" + items.get(1) + "," + output + "]");
      HttpResponse<String> leading =
          respond(server, "gpt-6.1-sol", "'input':[" + items.getFirst() + "]");

      // Then
      assertThat(messageOf(alone))
          .isEqualTo(
              "Item 'fc_000001_1' of type 'function_call' was provided without its required"
                  + " 'reasoning' item: 'rs_000001_0'.");
      assertThat(messageOf(leading))
          .isEqualTo(
              "Item 'rs_000001_0' of type 'reasoning' was provided without its required following"
                  + " item.");
      server.closeIgnoringViolations();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          gpt-6.1-sol | 'messages':[],'max_tokens':5 | Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.
          gpt-6.1-sol | 'messages':[],'temperature':0.5 | Unsupported parameter: 'temperature' is not supported with this model.
          gpt-6.1-sol | 'messages':[],'tools':[{}] | Function tools with reasoning_effort are not supported for gpt-6.1-sol in /v1/chat/completions. Please use /v1/responses instead.
          gpt-4.1 | 'messages':[],'reasoning_effort':'low' | Unsupported parameter: 'reasoning_effort' is not supported with this model.
          local-model | 'messages':[{'role':'tool','tool_call_id':'x'}] | Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.
          local-model | 'messages':[{'role':'assistant','tool_calls':[{'id':'x'}]},{'role':'user'}] | An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: x
          """)
  void chatCompletionsRefusesAsTheRealOneDoes(String model, String members, String message)
      throws Exception {
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of())) {
      HttpResponse<String> response =
          post(
              server.baseUrl() + "/chat/completions",
              "{'model':'" + model + "','stream':true," + members + "}");
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(messageOf(response)).isEqualTo(message);
    }
  }

  @Test
  void aWrongKeyAnUnknownModelAndAnUnknownPathAreRefused() throws Exception {
    Scenario scenario = Scenario.of().requiring("right").models("one");
    try (FakeChatCompletions server = FakeChatCompletions.start(scenario)) {
      HttpResponse<String> none = post(server.baseUrl() + "/chat/completions", "{}");
      assertThat(none.statusCode()).isEqualTo(401);
      assertThat(messageOf(none)).startsWith("You didn't provide an API key.");
    }
    try (FakeResponses server = FakeResponses.start(Scenario.of().models("one"))) {
      HttpResponse<String> model = respond(server, "two", "'input':[]");
      assertThat(model.statusCode()).isEqualTo(404);
      assertThat(model.body()).contains("model_not_found");
      assertThat(post(server.baseUrl() + "/nothing", "{}").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void whatOnlyWeDemandIsAViolation() throws Exception {
    // Given
    FakeResponses server = FakeResponses.start(Scenario.answering(body -> Answer.text("ok")));
    String url = server.baseUrl() + "/responses";

    // When
    post(url, "{'model':'gpt-6.1-sol','input':[{'role':'user','content':'a'}]}");
    respond(
        server,
        "gpt-6.1-sol",
        "'input':[{'role':'user','content':'a'},{'role':'assistant','content':'b'}]");
    respond(
        server,
        "gpt-6.1-sol",
        "'input':[{'role':'user','content':'a'},{'role':'assistant','content':'c'}]");

    // Then
    assertThat(server.violations())
        .containsExactly(
            "stream is not true",
            "store is not false",
            "include lacks reasoning.encrypted_content",
            "the input does not begin with that of the previous request");
    assertThatThrownBy(server::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("store is not false");
  }

  @Test
  void faultsAreAtTheByteThatIsNamed() throws Exception {
    Answer answer = Answer.text("x").with(new Fault.EndAt(4)).with(new Fault.GarbleAt(2));
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(answer))) {
      HttpResponse<byte[]> response =
          client.send(
              request(
                  server.baseUrl() + "/chat/completions",
                  "{'model':'local-model','stream':true,'messages':[]}"),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(response.body()).containsExactly('d', 'a', 0xFF, 'a');
    }
    try (FakeResponses server =
        FakeResponses.start(Scenario.of(Answer.text("x").with(new Fault.CutAt(4))))) {
      assertThatThrownBy(() -> respond(server, "gpt-6.1-sol", "'input':[]"))
          .isInstanceOf(IOException.class);
    }
  }

  private HttpResponse<String> respond(FakeResponses server, String model, String members)
      throws Exception {
    return post(
        server.baseUrl() + "/responses",
        "{'model':'"
            + model
            + "','stream':true,'store':false,'include':['reasoning.encrypted_content'],"
            + members
            + "}");
  }

  private HttpResponse<String> post(String url, String json)
      throws IOException, InterruptedException {
    return client.send(request(url, json), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(String url, String json) {
    return HttpRequest.newBuilder(URI.create(url))
        .POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"')))
        .build();
  }

  private static String messageOf(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body()).at("/error/message").asText();
  }

  private static List<JsonNode> itemsOf(HttpResponse<String> response) throws IOException {
    String last =
        response.body().lines().filter(line -> line.startsWith("data:")).toList().getLast();
    List<JsonNode> items = new java.util.ArrayList<>();
    JSON.readTree(last.substring(5)).at("/response/output").forEach(items::add);
    return items;
  }
}
