package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CascadeTest {
  @TempDir Path home = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MODE=local                                                   | ollama qwen2.5-coder:7b http://localhost:11434 8192 0.0 -
          MODE=local STIGMER_LLM_MODEL=llama3.2:3b                     | ollama llama3.2:3b http://localhost:11434 8192 0.0 -
          MODE=local STIGMER_LLM_PROVIDER=anthropic STIGMER_LLM_API_KEY=k | anthropic claude-sonnet-4-5-20250929 https://api.anthropic.com 20000 - STIGMER_LLM_API_KEY
          MODE=cloud ANTHROPIC_API_KEY=k                               | anthropic claude-sonnet-4-5-20250929 https://api.anthropic.com 20000 - ANTHROPIC_API_KEY
          MODE=cloud ANTHROPIC_API_KEY=a STIGMER_LLM_API_KEY=b         | anthropic claude-sonnet-4-5-20250929 https://api.anthropic.com 20000 - STIGMER_LLM_API_KEY
          MODE=cloud STIGMER_LLM_MODEL=claude-opus-4 ANTHROPIC_API_KEY=k | anthropic claude-opus-4-20250514 https://api.anthropic.com 20000 - ANTHROPIC_API_KEY
          OLLAMA_HOST=gpu                                              | ollama qwen2.5-coder:7b http://gpu:11434 8192 0.0 -
          STIGMER_LLM_PROVIDER=openai STIGMER_LLM_BASE_URL=http://l:1/v1 STIGMER_LLM_MODEL=qwen3 | openai qwen3 http://l:1/v1 16384 - -
          STIGMER_LLM_MAX_TOKENS= STIGMER_LLM_TEMPERATURE=0.5          | ollama qwen2.5-coder:7b http://localhost:11434 8192 0.5 -
          """)
  void casesOfTheRulesHold(String given, String expected) {
    // When
    Resolved resolved = Cascade.resolve(input(given));

    // Then
    assertThat(resolved.problems()).isEmpty();
    assertThat(summary(resolved)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MODE=cloud                                            | E101
          STIGMER_LLM_PROVIDER=gemini                           | E102
          STIGMER_LLM_PROVIDER=ollama STIGMER_LLM_BASE_URL=     | E109
          STIGMER_LLM_PROVIDER=openai ANTHROPIC_API_KEY=k       | E101
          STIGMER_LLM_MAX_TOKENS=8k STIGMER_LLM_TEMPERATURE=3   | E104 E105
          STIGMER_LLM_PROVIDER=ollama STIGMER_LLM_MODEL=claude-x | E103
          STIGMER_LLM_PROVIDER=openai STIGMER_LLM_API_KEY=sk-ant-abc | E107
          STIGMER_MODE=clod                                     | E111
          """)
  void everythingThatIsWrongIsReportedAtOnce(String given, String codes) {
    // When
    Resolved resolved = Cascade.resolve(input(given));

    // Then
    assertThat(resolved.problems().stream().map(Problem::code).collect(Collectors.joining(" ")))
        .isEqualTo(codes);
  }

  @Test
  void aRequestChangesTheProviderOfThatExecution() {
    // Given
    ConfigInput base = input("STIGMER_LLM_BASE_URL=http://gpu:1 ANTHROPIC_API_KEY=k");
    ConfigInput input =
        new ConfigInput(
            base.env(),
            Map.of(),
            Map.of(Setting.MODEL, "claude-opus-4"),
            Optional.empty(),
            Optional.empty(),
            ConfigInput.FileUse.READ);

    // When
    Resolved resolved = Cascade.resolve(input);

    // Then
    assertThat(summary(resolved))
        .isEqualTo(
            "anthropic claude-opus-4-20250514 https://api.anthropic.com 20000 - ANTHROPIC_API_KEY");
    assertThat(resolved.setting(Setting.BASE_URL).shadowed())
        .extracting(ResolvedSetting.Shadowed::reason)
        .containsExactly("other provider");
  }

  @Test
  void theFilesModelAndEndpointAreDroppedWhenTheEnvironmentNamesAnotherProvider()
      throws IOException {
    // Given
    Files.writeString(
        home.resolve("config.yaml"),
        "llm:\n  provider: ollama\n  model: qwen3\n  base_url: http://gpu:1\n");

    // When
    Resolved resolved =
        Cascade.resolve(input("STIGMER_LLM_PROVIDER=anthropic ANTHROPIC_API_KEY=k"));

    // Then
    assertThat(summary(resolved))
        .startsWith("anthropic claude-sonnet-4-5-20250929 https://api.anthropic.com");
    assertThat(resolved.setting(Setting.MODEL).shadowed().getFirst().value().location())
        .endsWith("config.yaml:3");
    assertThat(resolved.setting(Setting.MODEL).shadowed().getFirst().reason())
        .isEqualTo("other provider");
  }

  @Test
  void anUnknownKeyInTheFileIsAnErrorWithItsLine() throws IOException {
    // Given
    Files.writeString(home.resolve("config.yaml"), "llm:\n  modle: x\n");

    // When
    Resolved resolved = Cascade.resolve(input(""));

    // Then
    assertThat(resolved.problems()).extracting(Problem::code).containsExactly("E106");
    assertThat(resolved.problems().getFirst().help())
        .containsExactly("did you mean \"llm.model\"?");
  }

  @Test
  void theKeyIsNeverPrinted() {
    // When
    Resolved resolved = Cascade.resolve(input("MODE=cloud ANTHROPIC_API_KEY=sk-ant-hidden"));

    // Then
    assertThat(resolved.toJson() + resolved.startLine()).doesNotContain("hidden");
    assertThat(resolved.startLine())
        .isEqualTo("anthropic/claude-sonnet-4.5 · key from ANTHROPIC_API_KEY · mode cloud (MODE)");
  }

  private ConfigInput input(String variables) {
    Map<String, String> env = new HashMap<>(Map.of("STIGMER_HOME", home.toString()));
    for (String pair : variables.strip().split(" +")) {
      if (!pair.isEmpty()) {
        env.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
      }
    }
    return ConfigInput.of(env);
  }

  private static String summary(Resolved resolved) {
    return String.join(
        " ",
        resolved.provider(),
        resolved.sent(Setting.MODEL).orElse("-"),
        resolved.sent(Setting.BASE_URL).orElse("-"),
        resolved.sent(Setting.MAX_TOKENS).orElse("-"),
        resolved.sent(Setting.TEMPERATURE).orElse("-"),
        resolved.setting(Setting.API_KEY).value().map(Value::location).orElse("-"));
  }
}
