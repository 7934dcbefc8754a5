package ai.stigmer.server;

import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A server with something of everything to look at, and a model that says what it is asked for. */
final class ConsoleTour implements AutoCloseable {
  private final FakeOllama ollama;
  final TestingServer server;
  final TestingClient http;

  private ConsoleTour(Path folder, FakeOllama ollama, Map<String, String> more) throws IOException {
    this.ollama = ollama;
    var env =
        new HashMap<>(
            Map.of(
                "OLLAMA_BASE_URL", ollama.baseUrl(),
                "STIGMER_APPROVALS_WHEN_ABSENT", "wait",
                "STIGMER_PERMISSION_MODE", "ask",
                "STIGMER_EXECUTION_MODE", "local"));
    env.putAll(more);
    this.server = TestingServer.in(folder, env);
    this.http = new TestingClient(server);
  }

  static ConsoleTour of(Path folder, Scenario scenario) throws IOException {
    return new ConsoleTour(
        folder,
        FakeOllama.start(scenario.models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768))),
        Map.of());
  }

  static ConsoleTour of(Path folder, Answer... answers) throws IOException {
    return of(folder, Scenario.of(answers));
  }

  /** Stores an agent; its id. */
  String agent(String name, String instructions) throws Exception {
    ObjectNode agent = JsonNodeFactory.instance.objectNode();
    agent.putObject("metadata").put("name", name);
    ObjectNode spec =
        agent
            .putObject("spec")
            .put("instructions", instructions)
            .put("description", "Looks after the files of one folder.");
    spec.putArray("subAgents")
        .addObject()
        .put("name", "scout")
        .put("description", "Finds things out.")
        .put("instructions", "You find things out, and say so in a line.");
    return id(http.call("POST", "/api/agents", agent.toString()).json());
  }

  /** Begins a run of an agent; its id. */
  String begin(String agent, String message) throws Exception {
    ObjectNode execution = JsonNodeFactory.instance.objectNode();
    execution.putObject("spec").put("agentId", agent).put("message", message);
    return id(http.call("POST", "/api/executions", execution.toString()).json());
  }

  /** The same, to its end. */
  String run(String agent, String message) throws Exception {
    String run = begin(agent, message);
    var _ = http.events(run, "");
    return run;
  }

  private static String id(JsonNode resource) {
    String id = resource.at("/metadata/id").asText();
    if (id.isEmpty()) {
      throw new AssertionError(resource.toString());
    }
    return id;
  }

  /** Waits until a run asks; the id of the approval. */
  String asking(ConsoleVisitor visitor, String run) {
    return Await.value(
        "run " + run + " asks for something",
        () ->
            visitor.page("/console/runs/" + run).select(".call .ask a").stream()
                .map(link -> link.attr("href").substring("/console/approvals/".length()))
                .findFirst());
  }

  @Override
  public void close() {
    http.close();
    server.close();
    ollama.close();
  }
}
