package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.InstalledModel.ToolUse;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each model is told to call a tool when it is used for the first time, and never again. */
@Timeout(60)
class ToolProbeTest {
  private static final InstalledModel MODEL = InstalledModel.withTools("qwen3.5:latest", 65_536);

  @TempDir Path folder = Path.of("");

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "CALLS, calls, ''",
    "PRINTS, prints, printed its call as text",
    "TALKS, silent, did not call the tool",
    "RAMBLES, unclear, ''",
  })
  void aModelIsTriedOnceAndTheUserToldBeforeTheWorkEachTime(ToolUse use, String kept, String told)
      throws IOException {
    // Given
    try (FakeOllama server = FakeOllama.start(scenario(MODEL.using(use)))) {

      // When
      Asking first = new Asking(provider(), server);
      first.turn(Asking.hello());
      first.turn(Asking.hello());
      Asking second = new Asking(provider(), server);
      second.turn(Asking.hello());

      // Then
      assertThat(server.probes()).hasSize(1);
      assertThat(folder.resolve("probes").resolve("ollama-" + MODEL.digest())).hasContent(kept);
      for (Asking asking : List.of(first, second)) {
        assertThat(asking.notices()).isEqualTo(told.isEmpty() ? List.of() : List.of("W217"));
        if (!told.isEmpty()) {
          assertThat(asking.events.getFirst()).isInstanceOf(ModelEvent.Notice.class);
          assertThat(asking.events.getFirst().toString()).contains(told, "ollama pull qwen3.5");
        }
      }
    }
  }

  @Test
  void theTrialIsSmallAndLoadsTheModelAsTheRunNeedsIt() {
    try (FakeOllama server = FakeOllama.start(scenario(thinking()))) {
      new Asking(provider(), server).turn(Asking.hello());
      JsonNode trial = server.probes().getFirst().body();
      JsonNode run = server.chats().getFirst().body();
      assertThat(trial.path("options").path("num_ctx"))
          .isEqualTo(run.path("options").path("num_ctx"));
      assertThat(trial.path("options").path("num_predict").asInt()).isEqualTo(256);
      assertThat(trial.path("think").isBoolean()).isTrue();
      assertThat(trial.path("think").asBoolean()).isFalse();
      assertThat(run.has("think")).isFalse();
      assertThat(server.requests().indexOf(server.probes().getFirst()))
          .isLessThan(server.requests().indexOf(server.chats().getFirst()));
    }
  }

  private static InstalledModel thinking() {
    return new InstalledModel(
        MODEL.name(),
        MODEL.contextLength(),
        List.of("completion", "tools", "thinking"),
        MODEL.size(),
        ToolUse.CALLS,
        MODEL.remoteHost());
  }

  @Test
  void anInstalledModelThatIsBetterIsNamed() {
    Scenario scenario =
        scenario(
            MODEL.using(ToolUse.TALKS),
            InstalledModel.withTools("gemma4:12b", 65_536),
            InstalledModel.withTools("kimi-k2.6:cloud", 65_536).remoteAt("ollama.com"));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(provider(), server);
      asking.turn(Asking.hello());
      assertThat(asking.events.getFirst().toString()).contains("--model gemma4:12b");
    }
  }

  @Test
  void aModelOfSomebodyElsesMachineIsNeverTried() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL.remoteAt("ollama.com")))) {
      new Asking(provider(), server).turn(Asking.hello());
      assertThat(server.probes()).isEmpty();
    }
  }

  @Test
  void withoutAFolderNothingIsAskedBesidesTheWork() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL))) {
      new Asking(server).turn(Asking.hello());
      assertThat(server.probes()).isEmpty();
      assertThat(server.to("/api/tags")).isEmpty();
    }
  }

  @Test
  void aRequestWithoutToolsTriesNothing() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL))) {
      new Asking(provider(), server)
          .turn(new ModelRequest("", List.of(new Message.User("hi")), List.of()));
      assertThat(server.probes()).isEmpty();
    }
  }

  @Test
  void whatCouldNotBeKeptIsNotAskedForAtEveryStart() throws IOException {
    Files.writeString(folder.resolve("probes"), "a file stands in the way");
    try (FakeOllama server = FakeOllama.start(scenario(MODEL))) {
      new Asking(provider(), server).turn(Asking.hello());
      assertThat(server.probes()).isEmpty();
    }
  }

  @ParameterizedTest(name = "a record of \"{0}\"")
  @ValueSource(
      strings = {"", "yes", "calls\ncalls", "this is far too long to be a verdict of ours"})
  void aDamagedRecordIsFoundOutAgain(String text) throws IOException {
    Path record = record();
    Files.writeString(record, text);
    try (FakeOllama server = FakeOllama.start(scenario(MODEL))) {
      new Asking(provider(), server).turn(Asking.hello());
      assertThat(server.probes()).hasSize(1);
      assertThat(record).hasContent("calls");
    }
  }

  @Test
  void aDigestThatLeadsElsewhereIsNeverAFile() {
    ProbeRecords records = new ProbeRecords(folder.resolve("probes"));
    for (String digest :
        List.of("../../evil", "", "abc", "0123456789abcdef/..", "ABCDEF012345678")) {
      assertThat(records.canKeep(digest)).as(digest).isFalse();
      records.write(digest, ToolProbe.Verdict.CALLS);
      assertThat(records.read(digest)).as(digest).isEmpty();
    }
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @Test
  void manyWritersLeaveOneWholeRecord() throws Exception {
    ProbeRecords records = new ProbeRecords(folder.resolve("probes"));
    assertThat(records.canKeep(MODEL.digest())).isTrue();
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      writers.add(
          CompletableFuture.runAsync(
              () -> {
                for (int n = 0; n < 50; n++) {
                  records.write(MODEL.digest(), ToolProbe.Verdict.PRINTS);
                  assertThat(records.read(MODEL.digest())).contains(ToolProbe.Verdict.PRINTS);
                }
              }));
    }
    CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new)).get();
    try (Stream<Path> files = Files.list(folder.resolve("probes"))) {
      assertThat(files).containsExactly(record());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qwen2.5-coder:7b",
        "qwen2.5:14b",
        "codellama:7b",
        "llama3.1:8b",
        "llama3.2",
        "Mistral:7b",
        "starcoder2",
        "deepseek-r1:7b",
        "someone/qwen2.5-coder:7b"
      })
  void aFamilyThatIsKnownToBeUnfitIsNamedWithoutATrial(String name) {
    Scenario scenario = scenario(InstalledModel.withTools(name, 32_768), MODEL);
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(provider(), server, name);
      asking.turn(Asking.hello());
      assertThat(asking.notices()).containsExactly("W216");
      assertThat(asking.events.getFirst().toString()).contains(name, "--model qwen3.5:latest");
      assertThat(server.probes()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"qwen3.5", "gemma4", "gpt-oss:20b", "deepseek-r1:32b", "mixtral", "qwen3:8b"})
  void otherFamiliesAreNotOnTheList(String name) {
    assertThat(Fitness.isUnfit(name)).isFalse();
  }

  private Path record() throws IOException {
    return Files.createDirectories(folder.resolve("probes")).resolve("ollama-" + MODEL.digest());
  }

  private OllamaProvider provider() {
    return new OllamaProvider(folder.resolve("probes"));
  }

  private static Scenario scenario(InstalledModel... models) {
    return Scenario.answering(_ -> Answer.text("done")).models(models);
  }
}
