package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.postgres.PostgresServer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sub-agents with workflows of their own, on workers as processes that are killed. */
@Timeout(300)
class ChildWorkflowsProcessTest {
  private static final int STEPS = 4;
  private static final List<String> TASKS = List.of("alpha", "beta", "gamma");

  @TempDir Path folder = Path.of("");

  /** How often the model was asked for each answer: the task and the number of its step. */
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();

  @Test
  void killedWorkersOfParentAndSubAgentsLoseNothingAndAskForNoAnswerTwice() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        FakeOllama ollama =
            FakeOllama.start(
                Scenario.answering(this::answer)
                    .models(InstalledModel.withTools("qwen3:8b", 32_768)));
        TemporalSite site = new TemporalSite(folder, Optional.of(postgres.newDatabase()))) {
      // Given: workers with a place each, so that sub-agents spread
      var workers = new ArrayList<Running>();
      IntStream.range(0, 3).forEach(i -> workers.add(site.worker(machine(site, i))));
      Files.createDirectories(site.workspace("r"));
      Running command =
          site.stigmer()
              .with("STIGMER_TEMPORAL_SUB_AGENT_WORKFLOWS", "on")
              .start(
                  "run",
                  "--base-url",
                  ollama.baseUrl(),
                  "-m",
                  "ollama/qwen3:8b",
                  "--context-length",
                  "32768",
                  "--execution-mode",
                  "local",
                  "--allow-shell",
                  "--max-model-calls",
                  String.valueOf(2 + TASKS.size() * (STEPS + 1)),
                  "--workspace",
                  site.workspace("r").toString(),
                  "delegate");
      // When: every worker dies while the commands of all sub-agents run, and no answer is awaited
      for (int step : List.of(0, 2)) {
        TemporalSite.until("the commands of step " + step, () -> isAt(site, step));
        workers.forEach(worker -> worker.signal("KILL"));
        workers.clear();
        IntStream.range(0, 3).forEach(i -> workers.add(site.worker(machine(site, i))));
        Files.createFile(site.workspace("r").resolve("go" + step));
      }
      // Then
      Ended ended = command.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).isEqualTo("[alpha is done][beta is done][gamma is done]\n");
      assertThat(site.ends())
          .hasSize(1 + TASKS.size())
          .allMatch(RunEnd.Completed.class::isInstance);
      assertThat(asked).hasSize(2 + TASKS.size() * (STEPS + 1));
      assertThat(asked.values()).containsOnly(1);
    }
  }

  private StigmerProcess machine(TemporalSite site, int number) {
    return site.stigmer(folder.resolve("worker" + number))
        .with("STIGMER_TEMPORAL_MAX_CONCURRENCY", "1");
  }

  /** Whether each sub-agent's command of a step has begun. */
  private static boolean isAt(TemporalSite site, int step) {
    return TASKS.stream()
        .allMatch(task -> Files.exists(site.workspace("r").resolve("began-" + task + step)));
  }

  private Answer answer(JsonNode body) {
    String task = "";
    var told = new StringBuilder();
    for (JsonNode message : body.path("messages")) {
      String text = message.path("content").asText();
      switch (message.path("role").asText()) {
        case "user" -> task = task.isEmpty() ? text : task;
        case "tool" -> told.append('[').append(text).append(']');
        default -> {}
      }
    }
    int step = WorkingRun.assistants(body);
    asked.merge(task + step, 1, Integer::sum);
    if (task.equals("delegate")) {
      return step > 0
          ? Answer.text(told.toString())
          : Answer.empty()
              .andCalls(
                  TASKS.stream()
                      .map(
                          one ->
                              Answer.Call.bare(
                                  "task",
                                  "{\"description\":\""
                                      + one
                                      + "\",\"subagent_type\":\"general-purpose\"}"))
                      .toArray(Answer.Call[]::new));
    }
    return step < STEPS
        ? WorkingRun.call("execute", "command", command(task, step))
        : Answer.text(task + " is done");
  }

  /** Steps 0 and 2 go on only once the workers were killed, or not at all. */
  private static String command(String task, int step) {
    String began = "touch began-" + task + step;
    return step % 2 == 0 ? began + "; until test -e go" + step + "; do sleep 0.1; done" : began;
  }
}
