package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.InstalledModel.ToolUse;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor tells of a model that was used before. */
class ExaminationTest {
  private static final InstalledModel MODEL = InstalledModel.withTools("qwen3.5:latest", 65_536);

  @TempDir Path folder = Path.of("");

  @Test
  void aModelThatIsNotLoadedIsNoFault() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL))) {
      assertThat(finding(server, "loaded"))
          .isEqualTo(Finding.ok("loaded", "not now; the first answer loads it"));
    }
  }

  @Test
  void theContextInEffectAndTheShareOnTheGraphicsCardAreTold() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL).onGpu(40))) {
      new Asking(provider(), server).turn(Asking.hello());
      Finding finding = finding(server, "loaded");
      assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
      assertThat(finding.text()).isEqualTo("16,384 tokens, 40% on the GPU");
      assertThat(finding.help().getFirst()).contains("--context-length");
    }
  }

  @Test
  void anotherContextThanARunAsksForIsTold() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL))) {
      new Asking(provider(), server).turn(Asking.hello());
      assertThat(provider().examine(settings(server).withContextLength(32_768)).toString())
          .contains("16,384 tokens, 100% on the GPU; a run loads it anew with 32,768 tokens");
    }
  }

  @Test
  void whatAModelDidWhenItWasTriedIsTold() {
    try (FakeOllama server = FakeOllama.start(scenario(MODEL.using(ToolUse.TALKS)))) {
      assertThat(finding(server, "model").level()).isEqualTo(Finding.Level.OK);
      new Asking(provider(), server).turn(Asking.hello());
      Finding finding = finding(server, "model");
      assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
      assertThat(finding.text()).contains("did not call a tool when it was tried (W217)");
      assertThat(server.probes()).hasSize(1);
    }
  }

  private Finding finding(FakeOllama server, String subject) {
    return provider().examine(settings(server)).stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  private static ModelSettings settings(FakeOllama server) {
    return Asking.settings(server.baseUrl(), Duration.ofSeconds(20), Duration.ofSeconds(20));
  }

  private OllamaProvider provider() {
    return new OllamaProvider(folder.resolve("probes"));
  }

  private static Scenario scenario(InstalledModel model) {
    return Scenario.answering(_ -> Answer.text("done")).models(model);
  }
}
