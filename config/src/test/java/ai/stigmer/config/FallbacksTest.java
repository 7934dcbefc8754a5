package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fallback gets endpoint and key of its own provider, and never another's. */
class FallbacksTest {
  @TempDir Path home = Path.of("");

  @Test
  void eachFallbackHasEndpointKeyAndLimitsOfItsOwnProvider() {
    // When
    Resolved resolved =
        resolve(
            "STIGMER_LLM_MODEL=qwen3:8b",
            "STIGMER_LLM_FALLBACKS=anthropic/claude-opus-4.5, openai:gpt-6.1-sol",
            "ANTHROPIC_API_KEY=a",
            "OPENAI_API_KEY=o");
    // Then
    assertThat(resolved.problems()).isEmpty();
    List<LlmConfig> fallbacks = resolved.fallbacks();
    assertThat(fallbacks)
        .extracting(LlmConfig::provider, LlmConfig::modelName)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("anthropic", "claude-opus-4-5"),
            org.assertj.core.groups.Tuple.tuple("openai", "gpt-6.1-sol"));
    assertThat(fallbacks.get(0).apiKey()).contains(Secret.of("a"));
    assertThat(fallbacks.get(1).apiKey()).contains(Secret.of("o"));
    assertThat(fallbacks.get(0).baseUrl()).contains("https://api.anthropic.com");
    assertThat(fallbacks.get(0).maxTokens()).hasValue(20000);
    assertThat(resolved.llm().provider()).isEqualTo("ollama");
    assertThat(resolved.startLine())
        .isEqualTo(
            "ollama/qwen3:8b at http://localhost:11434"
                + " · else anthropic/claude-opus-4.5 · key from ANTHROPIC_API_KEY"
                + " · else openai/gpt-6.1-sol · key from OPENAI_API_KEY · mode local (default)");
  }

  @Test
  void aKeyWithoutAProviderStaysWithTheChosenOne() {
    Resolved resolved =
        resolve(
            "STIGMER_LLM_PROVIDER=anthropic",
            "STIGMER_LLM_API_KEY=anthropics",
            "STIGMER_LLM_FALLBACKS=openai/gpt-6.1-sol");
    assertThat(codes(resolved)).containsExactly("E101");
    assertThat(resolved.problems().getFirst().from())
        .contains("fallback openai/gpt-6.1-sol: STIGMER_LLM_FALLBACKS");
    assertThat(resolved.fallbackRows().getFirst().get(SettingsTable.API_KEY).value()).isEmpty();
  }

  @Test
  void anEndpointOfTheChosenProviderIsNotTheFallbacks() {
    Resolved resolved =
        resolve(
            "STIGMER_LLM_PROVIDER=ollama",
            "STIGMER_LLM_MODEL=qwen3:8b",
            "STIGMER_LLM_BASE_URL=http://gpu:11434",
            "ANTHROPIC_API_KEY=a",
            "STIGMER_LLM_FALLBACKS=anthropic/claude-opus-4.5,ollama/llama3.2");
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.fallbacks())
        .extracting(fallback -> fallback.baseUrl().orElse(""))
        .containsExactly("https://api.anthropic.com", "http://gpu:11434");
    assertThat(resolved.fallbacks().get(1).apiKey()).isEmpty();
  }

  @Test
  void aRequestThatChoosesAnotherModelLeavesTheFallbacksAlone() {
    var input =
        OnADay.of(
                variables("STIGMER_LLM_FALLBACKS=ollama/llama3.2", "ANTHROPIC_API_KEY=a"),
                home,
                "stigmer run")
            .withoutFile()
            .request("llm.model", "anthropic/claude-opus-4.5");
    Resolved resolved = Cascade.resolve(input);
    assertThat(resolved.llm().provider()).isEqualTo("anthropic");
    assertThat(resolved.fallbacks())
        .extracting(LlmConfig::modelName)
        .containsExactly("llama3.2:3b");
  }

  @Test
  void aFallbackOfTheChosenProviderUsesTheKeyThatNamesNone() {
    var input =
        OnADay.of(
                variables("STIGMER_LLM_FALLBACKS=openai/gpt-6.1-terra", "STIGMER_LLM_API_KEY=k"),
                home,
                "stigmer run")
            .withoutFile()
            .flag("llm.provider", "openai", "--provider")
            .flag("llm.model", "gpt-6.1-sol", "--model");
    Resolved resolved = Cascade.resolve(input);
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.fallbacks().getFirst().apiKey()).isPresent();
  }

  @Test
  void aRequestMayNotSetFallbacks() {
    Resolved resolved =
        Cascade.resolve(
            OnADay.of(Map.of(), home, "stigmer run")
                .withoutFile()
                .request("llm.fallbacks", "ollama/llama3.2"));
    assertThat(codes(resolved)).containsExactly("E111");
    assertThat(resolved.fallbackRows()).isEmpty();
  }

  @Test
  void nothingStandsInUnlessItIsListed() {
    assertThat(resolve("ANTHROPIC_API_KEY=a", "OPENAI_API_KEY=o").fallbacks()).isEmpty();
  }

  @Test
  void aFileMayListThemAndAnEmptyVariableClearsThem() throws IOException {
    Files.writeString(
        home.resolve("config.yaml"), "llm:\n  fallbacks:\n    - ollama/llama3.2\n    - phi4\n");
    String where = "STIGMER_HOME=" + home;
    ConfigInput file = OnADay.of(variables(where), home, "stigmer run");
    ConfigInput cleared =
        OnADay.of(variables(where, "STIGMER_LLM_FALLBACKS="), home, "stigmer run");
    assertThat(Cascade.resolve(file).fallbacks())
        .extracting(LlmConfig::modelName)
        .containsExactly("llama3.2:3b", "phi4");
    assertThat(Cascade.resolve(file).get(SettingsTable.FALLBACKS).location()).endsWith(".yaml:2");
    assertThat(Cascade.resolve(cleared).fallbacks()).isEmpty();
  }

  @Test
  void whatIsNamedTwiceCountsOnce() {
    Resolved resolved =
        resolve(
            "STIGMER_LLM_MODEL=llama3.2",
            "STIGMER_LLM_FALLBACKS=ollama/llama3.2:3b,ollama/phi4,ollama:phi4");
    assertThat(resolved.fallbacks()).extracting(LlmConfig::modelName).containsExactly("phi4");
    assertThat(resolved.notes()).filteredOn(note -> note.contains("named twice")).hasSize(2);
  }

  @Test
  void whatIsNoModelOfAKnownProviderIsRefused() {
    for (String wrong :
        List.of("my-model", "ollama/a,", "anthropic/", "a,b", "ollama/x,".repeat(8) + "ollama/y")) {
      assertThat(codes(resolve("STIGMER_LLM_FALLBACKS=" + wrong))).as(wrong).contains("E135");
    }
  }

  @Test
  void explainShowsEachFallbackWithItsOrigins() {
    Resolved resolved =
        resolve("STIGMER_LLM_FALLBACKS=anthropic/claude-opus-4.5", "ANTHROPIC_API_KEY=canary");
    assertThat(resolved.toText())
        .contains("fallback 1")
        .containsPattern("llm.model +claude-opus-4.5 → claude-opus-4-5 +env +STIGMER_LLM_FALLBACKS")
        .containsPattern("llm.api_key +set \\(sha256:[0-9a-f]+\\) +env +ANTHROPIC_API_KEY")
        .doesNotContain("canary");
    assertThat(resolved.toJson())
        .contains("\"fallbacks\":[{\"settings\":[")
        .doesNotContain("canary", "\"layer\":\"request\"");
    assertThat(resolved.notes()).noneMatch(note -> note.contains("ANTHROPIC_API_KEY"));
    assertThat(resolved.fate("ANTHROPIC_API_KEY")).contains("in effect for a fallback");
  }

  private Resolved resolve(String... env) {
    return Cascade.resolve(OnADay.of(variables(env), home, "stigmer run").withoutFile());
  }

  private static List<String> codes(Resolved resolved) {
    return resolved.problems().stream().map(problem -> problem.code()).toList();
  }

  private static Map<String, String> variables(String... env) {
    var map = new HashMap<String, String>();
    for (String pair : env) {
      map.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    return map;
  }
}
