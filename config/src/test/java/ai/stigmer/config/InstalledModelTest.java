package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An installed model stands in for the default that is not. */
class InstalledModelTest {
  private static ConfigInput input(Map<String, String> env) {
    return ConfigInput.of(env, Path.of("/nowhere"), "stigmer run");
  }

  @Test
  void itsOriginSaysSoEverywhere() {
    // When
    Resolved resolved =
        Cascade.resolve(input(Map.of())).withModel("gemma4:12b", Resolved.StandIn.INSTALLED);

    // Then
    assertThat(resolved.llm().modelName()).isEqualTo("gemma4:12b");
    assertThat(resolved.startLine())
        .isEqualTo(
            "ollama/gemma4:12b (installed; the default is not) at http://localhost:11434 · mode"
                + " local (default)");
    assertThat(resolved.toJson())
        .contains(
            "{\"key\":\"llm.model\",\"value\":\"gemma4:12b\",\"layer\":\"default\","
                + "\"location\":\"installed; the default is not\",\"sent\":true,"
                + "\"shadowed\":[{\"value\":\"qwen2.5-coder:7b\",\"layer\":\"default\","
                + "\"location\":\"provider=ollama\",\"reason\":\"not installed\"}]}");
  }

  @Test
  void aChosenModelIsNeverReplaced() {
    Resolved chosen = Cascade.resolve(input(Map.of("STIGMER_LLM_MODEL", "qwen2.5-coder:7b")));
    assertThat(chosen.isModelByDefault()).isFalse();
    assertThatThrownBy(() -> chosen.withModel("gemma4:12b", Resolved.StandIn.INSTALLED))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pullIsAskUnlessSomebodySaysOtherwise() {
    assertThat(Cascade.resolve(input(Map.of())).pull()).isEqualTo(Pull.ASK);
    assertThat(Cascade.resolve(input(Map.of("STIGMER_LLM_PULL", "never"))).pull())
        .isEqualTo(Pull.NEVER);
    assertThat(Cascade.resolve(input(Map.of()).flag("llm.pull", "when-missing", "--pull")).pull())
        .isEqualTo(Pull.WHEN_MISSING);
  }
}
