package ai.stigmer.temporal;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.RunContext;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A run that hands a task to each of its sub-agents, which have workflows of their own. Each runs a
 * command per step and then says that it is done; the run above says what it was told.
 */
final class Family implements AutoCloseable {
  /** What the run above is asked to do; every other first message is a sub-agent's task. */
  private static final String DELEGATE = "delegate";

  /** Begins a task that is handed on, to a sub-agent for each word. */
  static final String TEAM = "team ";

  /** What the model says that each answer took. */
  static final int TOKENS = 1_000;

  private static final String SEPARATE =
      """
      {"settings": [{"key": "temporal.sub_agent_workflows", "value": "on"}]}""";

  private final Site site;
  private final String run;
  private final FakeOllama ollama;
  private final List<String> commands;
  private final List<String> tasks;

  /**
   * A family whose run is not begun yet.
   *
   * @param commands what each sub-agent runs, a step each; {@code TASK} in it is its task
   */
  Family(Site site, String run, List<String> commands, String... tasks) {
    this.site = site;
    this.run = run;
    this.commands = commands;
    this.tasks = List.of(tasks);
    this.ollama =
        FakeOllama.start(
            Scenario.answering(body -> answer(body).tokens(TOKENS - 10, 10))
                .models(InstalledModel.withTools("qwen3:8b", 32_768)));
  }

  private Answer answer(JsonNode body) {
    String task = "";
    int step = 0;
    var told = new StringBuilder();
    for (JsonNode message : body.path("messages")) {
      String text = message.path("content").asText();
      switch (message.path("role").asText()) {
        case "user" -> task = task.isEmpty() ? text : task;
        case "assistant" -> step++;
        case "tool" -> told.append('[').append(text).append(']');
        default -> {}
      }
    }
    if (task.equals(DELEGATE) || task.startsWith(TEAM)) {
      List<String> members =
          task.equals(DELEGATE) ? tasks : List.of(task.substring(TEAM.length()).split(" "));
      return step == 0
          ? Answer.empty()
              .andCalls(members.stream().map(Family::delegation).toArray(Answer.Call[]::new))
          : Answer.text(told.toString());
    }
    return step < commands.size()
        ? Answer.call("execute", json("command", commands.get(step).replace("TASK", task)))
        : Answer.text(task + " is done");
  }

  private static Answer.Call delegation(String task) {
    return Answer.Call.bare("task", json("description", task, "subagent_type", "general-purpose"));
  }

  private static String json(String... members) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < members.length; i += 2) {
      json.put(members[i], members[i + 1]);
    }
    return json.toString();
  }

  /** Writes down that the run begins. */
  void begin(Site.Peer process, RunPermissions permissions, Budget budget) {
    try {
      Files.createDirectories(site.workspace(run));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    var model =
        Cascade.resolve(
                ConfigInput.of(Map.of(), "stigmer run")
                    .flag("llm.model", "ollama/qwen3:8b", "test")
                    .flag("llm.base_url", ollama.baseUrl(), "test")
                    .flag("llm.context_length", "32768", "test"))
            .llm()
            .toModelSettings();
    process
        .runner()
        .begin(
            new RunRequest(
                run,
                DELEGATE,
                new RunEnvironment(
                    AgentDefinition.assistant(),
                    site.workspace(run),
                    permissions,
                    Execution.LOCAL,
                    model,
                    List.of(),
                    SEPARATE,
                    200,
                    RetryPolicy.NONE,
                    budget,
                    RunContext.NONE)));
  }

  /** The runs of the sub-agents that were begun, in this order. */
  List<String> children() {
    return childrenOf(run);
  }

  /** The same of another run. */
  List<String> childrenOf(String runId) {
    return site.entries(runId).stream()
        .filter(ChildStarted.class::isInstance)
        .map(entry -> ((ChildStarted) entry).childRunId())
        .filter(site::isBegun)
        .toList();
  }

  /** How many answers of the model the journals of these runs hold. */
  long turns(List<String> runs) {
    return runs.stream()
        .flatMap(id -> site.entries(id).stream())
        .filter(Turn.class::isInstance)
        .count();
  }

  /** The same of the run and its sub-agents. */
  long turns() {
    return turns(Stream.concat(Stream.of(run), children().stream()).toList());
  }

  /** How many entries of a kind a run has. */
  long count(String runId, Class<? extends JournalEntry> kind) {
    return site.entries(runId).stream().filter(kind::isInstance).count();
  }

  /** How often the model was asked. */
  int asked() {
    return ollama.chats().size();
  }

  @Override
  public void close() {
    ollama.close();
  }
}
