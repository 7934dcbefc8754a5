package ai.stigmer.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing here looks at a time: a machine that is busy must not turn a build red. */
class BenchmarksTest {
  private static final int STEPS = 3;

  @TempDir Path folder = Path.of("");

  @Test
  void everyBenchmarkRunsAndTheTableAndTheJsonHoldItsFigures() throws Exception {
    List<Figure> figures =
        Benchmarks.measure(
            folder, Benchmarks.Size.TINY, List.of("step", "many", "growth", "journal", "resume"));

    JsonNode json = Benchmarks.json(figures);
    assertThat(json.path("schema").asInt()).isEqualTo(1);
    assertThat(json.path("cores").asInt()).isPositive();
    assertThat(json.path("figures")).hasSize(9);
    for (JsonNode figure : json.path("figures")) {
      assertThat(figure.path("ratio").asDouble()).as(figure.toString()).isPositive().isFinite();
      assertThat(figure.path("target").asDouble()).isPositive();
      assertThat(figure.path("numbers")).hasSizeGreaterThanOrEqualTo(2);
      assertThat(Benchmarks.table(figures)).contains(figure.path("name").asText());
    }
  }

  @Test
  void theBenchmarkOfPostgresRunsAgainstAServerOfItsOwn() throws Exception {
    List<Figure> figures = Benchmarks.measure(folder, Benchmarks.Size.TINY, List.of("postgres"));
    assertThat(figures).hasSize(3);
    assertThat(figures).allSatisfy(figure -> assertThat(figure.ratio()).isPositive().isFinite());
  }

  @Test
  void theBenchmarkOfAKilledServerLosesNoRunAndTellsNoEntryTwice() throws Exception {
    Figure figure =
        Benchmarks.measure(folder, Benchmarks.Size.TINY, List.of("server-restart")).getFirst();
    assertThat(figure.numbers())
        .containsEntry("not whole at their end", 0.0)
        .containsEntry("entries lost by readers that came back", 0.0)
        .containsEntry("entries told twice", 0.0);
  }

  @Test
  void theFloorHasTheSameExchangeWithTheServer() throws Exception {
    List<JsonNode> ours =
        asked(
            url -> {
              try (ChatModel model = StepOverhead.model(url)) {
                Graphton.with(model).run(StepOverhead.agent(STEPS), "go");
              }
            });
    List<JsonNode> floor =
        asked(
            url -> {
              try {
                new BareLoop(StepOverhead.client(), url, StepOverhead.tools(), entry -> {})
                    .run("go");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });

    assertThat(floor).hasSize(STEPS + 1);
    assertThat(ours).isEqualTo(floor);
  }

  private static List<JsonNode> asked(Consumer<String> run) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      answers.add(
          Answer.empty().andCalls(Answer.Call.of("c" + i, 0, "add", "{\"a\":" + i + ",\"b\":1}")));
    }
    answers.add(Answer.text("All ", "done."));
    try (FakeOllama server =
        FakeOllama.start(
            Scenario.of(answers.toArray(Answer[]::new))
                .models(InstalledModel.withTools("bench", 32_768)))) {
      run.accept(server.baseUrl());
      return server.chats().stream().map(RecordedRequest::body).toList();
    }
  }

  @Test
  void theMeasuredCommandIsTheLaunchers() throws IOException {
    String launcher = Files.readString(Path.of("..", "stigmer")).replaceAll("[\\\\\\s]+", " ");

    for (String flag : ColdStart.FLAGS) {
      assertThat(launcher).contains(" " + flag + " ");
    }
    for (String flag : LoadedServer.FLAGS) {
      assertThat(launcher).contains(flag + " ");
    }
    assertThat(launcher).contains("-XX:AOTMode=auto", "server.aot", "ai.stigmer.cli.Main");
  }
}
