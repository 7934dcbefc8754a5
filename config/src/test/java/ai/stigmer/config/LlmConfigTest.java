package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.Secret;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The loader that the project grew from: its examples and its error cases. */
class LlmConfigTest {
  private static final Secret KEY = Secret.of("k");

  @Test
  void localModeIsOllamaWithoutAnything() {
    assertThat(load(Mode.LOCAL))
        .isEqualTo(
            config(
                "ollama",
                "qwen2.5-coder:7b",
                "http://localhost:11434",
                Optional.empty(),
                8192,
                OptionalDouble.of(0.0)));
  }

  @Test
  void anthropicInLocalModeGetsAnthropicsDefaults() {
    assertThat(
            load(Mode.LOCAL, "STIGMER_LLM_PROVIDER=anthropic", "STIGMER_LLM_API_KEY=k").modelName())
        .isEqualTo("claude-sonnet-4-5-20250929");
  }

  @Test
  void cloudModeIsAnthropicWithItsOwnVariable() {
    assertThat(load(Mode.CLOUD, "ANTHROPIC_API_KEY=k"))
        .isEqualTo(
            config(
                "anthropic",
                "claude-sonnet-4-5-20250929",
                "https://api.anthropic.com",
                Optional.of(KEY),
                20000,
                OptionalDouble.empty()));
  }

  @Test
  void aModelOfOnesOwnStaysWithOllama() {
    assertThat(load(Mode.LOCAL, "STIGMER_LLM_MODEL=deepseek-coder-v2:16b"))
        .isEqualTo(
            config(
                "ollama",
                "deepseek-coder-v2:16b",
                "http://localhost:11434",
                Optional.empty(),
                8192,
                OptionalDouble.of(0.0)));
  }

  @Test
  void cloudModeTakesAnotherModelByItsFriendlyName() {
    assertThat(
            load(Mode.CLOUD, "STIGMER_LLM_MODEL=claude-opus-4", "ANTHROPIC_API_KEY=k").modelName())
        .isEqualTo("claude-opus-4-20250514");
  }

  @Test
  void everyVariableOfTheSeedsIsRead() {
    assertThat(
            load(
                Mode.CLOUD,
                "STIGMER_LLM_PROVIDER=ollama",
                "STIGMER_LLM_MODEL=llama3.2:3b",
                "STIGMER_LLM_BASE_URL=http://gpu:11434",
                "STIGMER_LLM_API_KEY=k",
                "STIGMER_LLM_MAX_TOKENS=123",
                "STIGMER_LLM_TEMPERATURE=0.5"))
        .isEqualTo(
            config(
                "ollama",
                "llama3.2:3b",
                "http://gpu:11434",
                Optional.of(KEY),
                123,
                OptionalDouble.of(0.5)));
  }

  @Test
  void theArgumentStandsAboveTheVariablesOfTheMode() {
    assertThat(load(Mode.LOCAL, "STIGMER_MODE=cloud", "MODE=cloud").provider()).isEqualTo("ollama");
  }

  @Test
  void ollamaWithAClearedBaseUrlIsRefused() {
    assertThat(codes(Mode.LOCAL, "STIGMER_LLM_PROVIDER=ollama", "STIGMER_LLM_BASE_URL="))
        .containsExactly("E113");
  }

  @Test
  void anthropicWithoutAKeyIsRefused() {
    assertThat(codes(Mode.CLOUD)).containsExactly("E101");
  }

  @Test
  void anUnknownProviderIsRefusedWithTheValidOnes() {
    ProblemException thrown = failure(Mode.LOCAL, "STIGMER_LLM_PROVIDER=gemini");
    assertThat(thrown.problem().code()).isEqualTo("E102");
    assertThat(thrown.problem().help().getFirst()).contains("ollama, anthropic, openai");
  }

  @Test
  void anEmptyModelIsRefused() {
    assertThat(codes(Mode.LOCAL, "STIGMER_LLM_MODEL=")).containsExactly("E115");
  }

  @Test
  void allProblemsTravelWithTheFirst() {
    assertThat(codes(Mode.CLOUD, "STIGMER_LLM_MAX_TOKENS=8k", "STIGMER_LLM_TEMPERATURE=3"))
        .containsExactlyInAnyOrder("E101", "E104", "E105");
  }

  @Test
  void validateFindsWhatIsWrongInAConfigurationMadeByHand() {
    LlmConfig wrong =
        new LlmConfig(
            "openai",
            " ",
            Optional.of("ftp://x"),
            Optional.empty(),
            OptionalInt.of(0),
            OptionalDouble.of(2.5),
            OptionalInt.of(-1),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
    assertThat(codes(catchThrowableOfType(ProblemException.class, wrong::validate)))
        .containsExactly("E115", "E114", "E104", "E105", "E116");
  }

  @Test
  void validateKnowsWhatEachProviderNeeds() {
    assertThat(codesOf("gemini", "x", "", "k")).containsExactly("E102");
    assertThat(codesOf("ollama", "qwen3:8b", "", "")).containsExactly("E113");
    assertThat(codesOf("ollama", "claude-opus-4", "http://gpu:1", "")).containsExactly("E103");
    assertThat(codesOf("anthropic", "claude-opus-4", "", "")).containsExactly("E101");
    assertThat(codesOf("openai", "gpt-5", "", "")).containsExactly("E101");
    assertThat(codesOf("openai", "gpt-5", "https://api.openai.com/v1", "")).containsExactly("E101");
    assertThat(codesOf("openai", "qwen3:8b", "", "k")).containsExactly("E103");
    assertThat(codesOf("openai", "qwen3:8b", "http://localhost:1234/v1", "")).isEmpty();
    assertThat(codesOf("openai", "o1-mini", "", "k")).isEmpty();
    assertThat(codesOf("ollama", "qwen3:8b", "http://gpu:1", "")).isEmpty();
    assertThat(codesOf("anthropic", "claude-opus-4", "", "k")).isEmpty();
    assertThat(codesOf("scripted", "demo.yaml", "", "")).isEmpty();
  }

  private static List<String> codesOf(String provider, String model, String url, String key) {
    LlmConfig config =
        new LlmConfig(
            provider,
            model,
            Optional.of(url).filter(text -> !text.isEmpty()),
            Optional.of(key).filter(text -> !text.isEmpty()).map(Secret::of),
            OptionalInt.empty(),
            OptionalDouble.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(3),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1));
    ProblemException thrown = catchThrowableOfType(ProblemException.class, config::validate);
    return thrown == null ? List.of() : codes(thrown);
  }

  private static LlmConfig config(
      String provider,
      String model,
      String url,
      Optional<Secret> key,
      int maxTokens,
      OptionalDouble temperature) {
    return new LlmConfig(
        provider,
        model,
        Optional.of(url),
        key,
        OptionalInt.of(maxTokens),
        temperature,
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(3),
        Duration.ofMinutes(5),
        Duration.ofSeconds(60));
  }

  @Test
  void effortAndApiReachTheSettingsOfTheModel() {
    LlmConfig config =
        load(
            Mode.LOCAL,
            "STIGMER_LLM_PROVIDER=openai",
            "OPENAI_API_KEY=k",
            "STIGMER_LLM_EFFORT=high",
            "STIGMER_LLM_API=chat");
    assertThat(config.toModelSettings().effort()).contains(Effort.HIGH);
    assertThat(config.toModelSettings().dialect()).contains(Dialect.CHAT);
  }

  @Test
  void anApiLeftOpenIsTheProvidersChoiceAndNoneIsAnEffortOfItsOwn() {
    LlmConfig config =
        load(
            Mode.LOCAL,
            "STIGMER_LLM_PROVIDER=openai",
            "OPENAI_API_KEY=k",
            "STIGMER_LLM_EFFORT=none");
    assertThat(config.toModelSettings().dialect()).isEmpty();
    assertThat(config.toModelSettings().effort()).contains(Effort.NONE);
    assertThat(load(Mode.LOCAL).toModelSettings().effort()).isEmpty();
  }

  @Test
  void anApiOfOpenaiIsNotHandedToAnotherProvider() {
    assertThat(load(Mode.LOCAL, "STIGMER_LLM_API=chat").toModelSettings().dialect()).isEmpty();
  }

  private static LlmConfig load(Mode mode, String... env) {
    return LlmConfig.loadFromEnv(mode, variables(env), OnADay.CLOCK);
  }

  private static ProblemException failure(Mode mode, String... env) {
    return catchThrowableOfType(ProblemException.class, () -> load(mode, env));
  }

  private static List<String> codes(Mode mode, String... env) {
    return codes(failure(mode, env));
  }

  private static List<String> codes(ProblemException thrown) {
    return Stream.concat(Stream.of(thrown), Arrays.stream(thrown.getSuppressed()))
        .map(each -> ((ProblemException) each).problem())
        .map(Problem::code)
        .toList();
  }

  private static Map<String, String> variables(String... env) {
    return Arrays.stream(env)
        .map(pair -> pair.split("=", 2))
        .collect(java.util.stream.Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }
}
