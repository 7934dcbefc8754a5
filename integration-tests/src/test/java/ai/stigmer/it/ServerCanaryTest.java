package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerBlockingStub;
import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets at the places that a server's runs look at, and every sink of a server. */
class ServerCanaryTest {
  private static final Canary ENV_KEY = new Canary("env-key");
  private static final String SERVER_KEY =
      Base64.getEncoder()
          .encodeToString("thirty-two bytes of a server key".getBytes(StandardCharsets.UTF_8));
  private static final Canary MESSAGE = new Canary("message");
  private static final Canary AGENT = new Canary("agent");
  private static final Canary EXECUTION = new Canary("execution");
  private static final Canary ARGUMENT = new Canary("argument");
  private static final Canary MODEL_TEXT = new Canary("model-text");
  private static final Canary PROVIDER_ERROR = new Canary("provider-error");
  private static final List<Canary> PLACES =
      List.of(MESSAGE, AGENT, EXECUTION, ARGUMENT, MODEL_TEXT, PROVIDER_ERROR);
  private static final Path TABLE = Path.of("src/test/resources/ai/stigmer/it/server-canaries.txt");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder = Path.of("");

  private final Map<String, String> sinks = new TreeMap<>();
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void noSecretOfAnyPlaceReachesAnySinkOfAServer() throws Exception {
    String token;
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(ServerCanaryTest::answer)
                .models(InstalledModel.withTools("qwen3:8b", 65_536)))) {
      try (ServerProcess server = ServerProcess.start(stigmer(ollama))) {
        token = server.token();
        // When
        String done = execution(server, "good " + MESSAGE.text());
        String failed = execution(server, "bad " + MESSAGE.text());
        for (String id : List.of(done, failed)) {
          // The stream ends when the execution does.
          sink("events", sinks.getOrDefault("events", "") + get(server, path(id) + "/events"));
          sink("http", sinks.getOrDefault("http", "") + get(server, path(id)));
          sink("grpc", sinks.getOrDefault("grpc", "") + grpc(server, id));
        }
        sink("lists", get(server, "/api/sessions") + get(server, "/api/executions"));
        sink("completion", completion(server));
        sink("metrics", get(server, "/metrics"));
        sink("ready", get(server, "/healthz/ready"));
        sink("wrong request", post(server, "/api/agents", MESSAGE.text()));
        // Then
        sink("log", server.said());
      }
      sink(
          "provider",
          ollama.chats().stream()
              .map(chat -> chat.body().toString())
              .collect(Collectors.joining("\n")));
      assertThat(ollama.chats().getFirst().headers().toString())
          .contains("Bearer " + ENV_KEY.secret());
    }
    sink("files", files());
    assertNowhere();
    sinks.forEach((sink, text) -> assertThat(text).as(sink).doesNotContain(token, SERVER_KEY));
    Golden.assertMatches(TABLE, table());
  }

  private StigmerProcess stigmer(FakeOllama ollama) {
    StigmerProcess stigmer =
        ServerProcess.stigmer(folder, ollama)
            .with("STIGMER_LLM_MODEL", "qwen3:8b")
            .with("OLLAMA_API_KEY", ENV_KEY.secret())
            .with("STIGMER_SERVER_KEY", SERVER_KEY);
    for (Canary canary : PLACES) {
      if (!canary.equals(EXECUTION)) {
        stigmer = stigmer.with(canary.variable(), canary.secret());
      }
    }
    return stigmer;
  }

  private String execution(ServerProcess server, String message) throws Exception {
    ObjectNode agent = JsonNodeFactory.instance.objectNode();
    agent.putObject("metadata").put("name", message.substring(0, 4));
    agent.putObject("spec").put("instructions", "Work with " + AGENT.text());
    String made = post(server, "/api/agents", agent.toString());
    ObjectNode wanted = JsonNodeFactory.instance.objectNode();
    ObjectNode spec = wanted.putObject("spec");
    spec.put("agentId", JSON.readTree(made).at("/metadata/id").asText()).put("message", message);
    spec.putObject("runtimeEnv")
        .putObject("WHATEVER")
        .put("value", EXECUTION.secret())
        .put("isSecret", true);
    String stored = post(server, "/api/executions", wanted.toString());
    sink("created", sinks.getOrDefault("created", "") + stored);
    return JSON.readTree(stored).at("/metadata/id").asText();
  }

  private String completion(ServerProcess server) throws Exception {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", "good");
    body.putArray("messages").addObject().put("role", "user").put("content", MESSAGE.text());
    return post(server, "/v1/chat/completions", body.toString());
  }

  private static String path(String id) {
    return "/api/executions/" + id;
  }

  private static String grpc(ServerProcess server, String id) throws Exception {
    return server
        .client(AgentExecutionQueryControllerBlockingStub.class)
        .get(AgentExecutionId.newBuilder().setValue(id).build())
        .toString();
  }

  private String get(ServerProcess server, String path) throws Exception {
    return send(server, HttpRequest.newBuilder(server.uri().resolve(path)).GET());
  }

  private String post(ServerProcess server, String path, String body) throws Exception {
    return send(
        server,
        HttpRequest.newBuilder(server.uri().resolve(path))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private String send(ServerProcess server, HttpRequest.Builder request) throws Exception {
    HttpRequest built = request.header("authorization", "Bearer " + server.token()).build();
    return http.send(built, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** What the message of the execution asks for. */
  private static Answer answer(JsonNode body) {
    int step = 0;
    for (JsonNode message : body.path("messages")) {
      step += message.path("role").asText().equals("assistant") ? 1 : 0;
    }
    String message = body.path("messages").path(1).path("content").asText();
    if (message.startsWith("bad")) {
      return Answer.error(400, "bad " + PROVIDER_ERROR.text());
    }
    // A completion has no variables, so nobody knows of theirs there.
    String ofExecution = message.startsWith("good") ? EXECUTION.text() : "";
    ObjectNode arguments =
        JsonNodeFactory.instance
            .objectNode()
            .put("file_path", "made.txt")
            .put("content", ARGUMENT.text() + " " + ofExecution);
    return switch (step) {
      case 0 -> Answer.call("write_file", arguments.toString());
      case 1 -> Answer.call("read_file", "{\"file_path\":\"made.txt\"}");
      default -> Answer.text(MODEL_TEXT.text().split("(?<=[-/0-9])"));
    };
  }

  private void sink(String name, String text) {
    sinks.put(name, text);
  }

  /** Journal and resources; the token lies beside them. */
  private String files() throws Exception {
    var all = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder.resolve("home"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("server.token")) {
          all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
      }
    }
    return all.toString();
  }

  private void assertNowhere() {
    for (Canary canary : Stream.concat(PLACES.stream(), Stream.of(ENV_KEY)).toList()) {
      sinks.forEach(
          (sink, text) -> assertThat(canary.in(text)).as(canary + " in " + sink).isEmpty());
    }
  }

  private String table() {
    var table = new StringBuilder();
    sinks.forEach(
        (sink, text) ->
            table
                .append(sink)
                .append(": ")
                .append(
                    PLACES.stream()
                        .filter(canary -> text.contains(canary.word()))
                        .map(Canary::place)
                        .collect(Collectors.joining(", ")))
                .append('\n'));
    return table.toString();
  }
}
