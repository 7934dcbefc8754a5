package ai.stigmer.graphton.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.model.ModelRef.Naming;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRefTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "anthropic:claude-opus-4, anthropic, claude-opus-4, EXPLICIT",
    "anthropic/claude-opus-4, anthropic, claude-opus-4, EXPLICIT",
    "OpenAI/gpt-6.1-sol, openai, gpt-6.1-sol, EXPLICIT",
    "ollama/qwen3:8b, ollama, qwen3:8b, EXPLICIT",
    "ollama:qwen3:8b, ollama, qwen3:8b, EXPLICIT",
    "openai/my-own-model, openai, my-own-model, EXPLICIT",
    "qwen2.5-coder:7b, ollama, qwen2.5-coder:7b, FAMILY",
    "llama3.2, ollama, llama3.2, FAMILY",
    "gpt-oss:20b, ollama, gpt-oss:20b, FAMILY",
    "gpt-oss, ollama, gpt-oss, FAMILY",
    "whatever:latest, ollama, whatever:latest, FAMILY",
    "claude-sonnet-4.5, anthropic, claude-sonnet-4.5, FAMILY",
    "gpt-6.1-sol, openai, gpt-6.1-sol, FAMILY",
    "chatgpt-latest, openai, chatgpt-latest, FAMILY",
    "codex-mini-latest, openai, codex-mini-latest, FAMILY",
    "o3, openai, o3, FAMILY",
    "o4-mini, openai, o4-mini, FAMILY",
  })
  void aModelsTextNamesOrImpliesItsProvider(
      String text, String provider, String model, Naming naming) {
    assertThat(ModelRef.parse(text)).isEqualTo(new ModelRef(Optional.of(provider), model, naming));
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-model", "olmonster/x", "meta/unknown", "opus"})
  void aNameThatTellsNothingHasNoProvider(String text) {
    assertThat(ModelRef.parse(text).naming())
        .isEqualTo(text.startsWith("olmo") ? Naming.FAMILY : Naming.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "anthropic:", "ollama/ "})
  void aBlankModelIsRefused(String text) {
    assertThatThrownBy(() -> ModelRef.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void readingWhatWasPrintedGivesTheSameModel(@ForAll String text) {
    if (text.isBlank()) {
      return;
    }
    ModelRef first;
    try {
      first = ModelRef.parse(text);
    } catch (IllegalArgumentException e) {
      return;
    }
    ModelRef second = ModelRef.parse(first.toString());
    assertThat(second.provider()).isEqualTo(first.provider());
    assertThat(second.model()).isEqualTo(first.model());
  }
}
