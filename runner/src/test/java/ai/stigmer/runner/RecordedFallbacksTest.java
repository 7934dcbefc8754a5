package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordedFallbacksTest {
  private static final Map<String, String> ENV =
      Map.of("STIGMER_LLM_FALLBACKS", "openai/gpt-6.1-sol", "OPENAI_API_KEY", "openais");

  @Test
  void theKeyOfTheConfigurationIsAddedAgain() {
    RecordedFallbacks fallbacks = RecordedFallbacks.withKeys(recorded(), now(ENV));
    assertThat(fallbacks.models().getFirst().apiKey()).contains(Secret.of("openais"));
    assertThat(fallbacks.notes()).isEmpty();
  }

  @Test
  void aKeyForAnotherEndpointIsNotSentToTheRecordedOne() {
    // Given
    Map<String, String> moved =
        Map.of(
            "STIGMER_LLM_FALLBACKS",
            "openai/gpt-6.1-sol",
            "OPENAI_BASE_URL",
            "https://elsewhere.example/v1",
            "OPENAI_API_KEY",
            "elsewheres");
    // When
    RecordedFallbacks fallbacks = RecordedFallbacks.withKeys(recorded(), now(moved));
    // Then
    assertThat(fallbacks.models()).isEqualTo(recorded());
    assertThat(fallbacks.notes())
        .containsExactly(
            "the fallback openai/gpt-6.1-sol stays at https://api.openai.com/v1, without a key:"
                + " the configuration names another endpoint now");
  }

  private static List<ModelSettings> recorded() {
    return now(ENV).stream()
        .map(config -> config.toModelSettings().withKey(Optional.empty()))
        .toList();
  }

  private static List<LlmConfig> now(Map<String, String> env) {
    return Cascade.resolve(
            ConfigInput.of(env, "stigmer resume")
                .withoutFile()
                .flag("llm.provider", "ollama", "journal"))
        .fallbacks();
  }
}
