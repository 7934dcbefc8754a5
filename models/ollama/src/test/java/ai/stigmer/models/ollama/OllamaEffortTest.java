package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code llm.effort} reaches Ollama. */
class OllamaEffortTest {

  @ParameterizedTest
  @CsvSource({"NONE,false", "LOW,\"low\"", "MEDIUM,\"medium\"", "HIGH,\"high\"", "MAX,\"max\""})
  void anEffortIsSentAsThink(Effort effort, String think) {
    try (var ollama = ollama("completion", "tools", "thinking")) {
      asking(ollama, Optional.of(effort)).turn(Asking.hello());
      assertThat(ollama.chats().getFirst().body().path("think").toString()).isEqualTo(think);
    }
  }

  @Test
  void withoutAnEffortNothingIsSaidOfThinking() {
    try (var ollama = ollama("completion", "tools", "thinking")) {
      asking(ollama, Optional.empty()).turn(Asking.hello());
      assertThat(ollama.chats().getFirst().body().has("think")).isFalse();
    }
  }

  @Test
  void aModelThatCannotThinkIsAskedWithoutAndTheUserIsTold() {
    try (var ollama = ollama("completion", "tools")) {
      // Given
      Asking asking = asking(ollama, Optional.of(Effort.HIGH));
      // When
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());
      // Then
      assertThat(asking.notices()).containsExactly("W211");
      assertThat(ollama.chats().getLast().body().has("think")).isFalse();
    }
  }

  private static FakeOllama ollama(String... capabilities) {
    return FakeOllama.start(
        Scenario.of(Answer.text("hi"), Answer.text("hi"))
            .models(new InstalledModel("qwen3.5", 40_960, List.of(capabilities))));
  }

  private static Asking asking(FakeOllama ollama, Optional<Effort> effort) {
    ModelSettings plain =
        Asking.settings(ollama.baseUrl(), Duration.ofSeconds(20), Duration.ofSeconds(20));
    return new Asking(
        new ModelSettings(
            plain.provider(),
            plain.model(),
            plain.baseUrl(),
            plain.apiKey(),
            plain.maxTokens(),
            plain.temperature(),
            plain.contextLength(),
            effort,
            plain.dialect(),
            plain.connectTimeout(),
            plain.firstTokenTimeout(),
            plain.idleTimeout()));
  }
}
