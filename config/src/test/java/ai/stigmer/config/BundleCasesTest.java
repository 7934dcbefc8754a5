package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Provider, model, endpoint and key as one unit, at the edges. */
class BundleCasesTest {
  private static final String OWN = "http://localhost:1234/v1";

  @TempDir Path home = Path.of("");

  @Test
  void aServerOfOnesOwnDoesNotTakeAlongWhatTheFileSaysForAnotherProvider() throws IOException {
    file("llm:\n  provider: ollama\n  model: qwen3:8b\n");
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER", "openai", "STIGMER_LLM_BASE_URL", OWN);
    assertThat(resolved.get("llm.model").value()).contains("gpt-6.1-sol");
    assertThat(resolved.get("llm.model").shadowed().getFirst().reason())
        .isEqualTo("other provider");
  }

  @Test
  void aModelForAServerOfOnesOwnDoesNotDecideTheProvider() {
    Resolved resolved =
        Cascade.resolve(
            input("STIGMER_LLM_PROVIDER", "openai", "STIGMER_LLM_BASE_URL", OWN)
                .flag("llm.model", "qwen3:8b", "--model"));
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.get("llm.provider").location()).isEqualTo("STIGMER_LLM_PROVIDER");
    assertThat(resolved.llm().modelName()).isEqualTo("qwen3:8b");
  }

  @Test
  void aServerOfOnesOwnGetsTheNameAsItIsWritten() {
    assertThat(
            resolve(
                    "STIGMER_LLM_PROVIDER", "openai",
                    "STIGMER_LLM_BASE_URL", OWN,
                    "STIGMER_LLM_MODEL", "llama3.2")
                .llm()
                .modelName())
        .isEqualTo("llama3.2");
  }

  @Test
  void theEndpointThatCountsIsTheOneThatIsUsed() {
    assertThat(
            codes(
                "STIGMER_LLM_PROVIDER", "openai",
                "STIGMER_LLM_MODEL", "qwen3:8b",
                "STIGMER_LLM_API_KEY", "k",
                "STIGMER_LLM_BASE_URL", "https://api.openai.com/v1/",
                "OPENAI_BASE_URL", OWN))
        .isEqualTo("E103");
  }

  @Test
  void theVendorsHostNeedsAKeyWhateverThePath() {
    for (String url : new String[] {"https://api.openai.com", "https://API.openai.com/v2", ""}) {
      assertThat(codes("STIGMER_LLM_PROVIDER", "openai", "OPENAI_BASE_URL", url))
          .as(url)
          .isEqualTo("E101");
    }
    assertThat(codes("STIGMER_LLM_PROVIDER", "openai", "OPENAI_BASE_URL", OWN)).isEmpty();
  }

  @Test
  void aKeyOfTheFileForAnotherProviderIsNotUsedAndANoteSaysSo() throws IOException {
    file("llm:\n  provider: openai\n  api_key: sk-canary\n");
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER", "anthropic");
    assertThat(resolved.get("llm.api_key").value()).isEqualTo(Optional.empty());
    assertThat(resolved.notes())
        .anyMatch(
            note -> note.endsWith("config.yaml:3 is set and not used (provider is anthropic)"));
    assertThat(resolved.exitStatus()).isEqualTo(4);
  }

  @Test
  void aFileThatContradictsItselfIsNoErrorOnceTheProviderIsDecidedAbove() throws IOException {
    file("llm:\n  provider: openai\n  model: claude-opus-4\n");
    assertThat(codes("STIGMER_LLM_API_KEY", "k")).isEqualTo("E103");
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER", "ollama");
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.llm().modelName()).isEqualTo("qwen2.5-coder:7b");
  }

  @Test
  void aKeyBesideAnEndpointNeverGoesToAnotherOne() throws IOException {
    file("llm:\n  provider: openai\n  base_url: " + OWN + "/\n  api_key: canary\n");
    ConfigInput input = input();
    Resolved elsewhere =
        Cascade.resolve(input.flag("llm.base_url", "http://other:1/v1", "--base-url"));
    assertThat(elsewhere.get("llm.api_key").value()).isEmpty();
    assertThat(elsewhere.get("llm.api_key").shadowed().getFirst().reason())
        .isEqualTo("other endpoint");
    assertThat(elsewhere.notes())
        .anyMatch(
            note ->
                note.endsWith(
                    "config.yaml:4 is set and not used: it stands beside another base URL than the"
                        + " one of --base-url"));
    assertThat(resolve("OPENAI_BASE_URL", "http://other:1/v1").get("llm.api_key").value())
        .isEmpty();
    Resolved same = Cascade.resolve(input.flag("llm.base_url", OWN, "--base-url"));
    assertThat(same.get("llm.api_key").value()).isPresent();
  }

  @Test
  void aKeyThatStandsAloneGoesToTheEndpointThatIsChosen() {
    Resolved resolved =
        Cascade.resolve(
            input("STIGMER_LLM_PROVIDER", "openai", "OPENAI_API_KEY", "k")
                .flag("llm.base_url", OWN, "--base-url"));
    assertThat(resolved.get("llm.api_key").location()).isEqualTo("OPENAI_API_KEY");
  }

  @Test
  void whoLacksAKeyIsNotToldToDoWhatDidNotHelp() throws IOException {
    Resolved generic =
        Cascade.resolve(
            input("STIGMER_LLM_API_KEY", "k", "STIGMER_LLM_BASE_URL", OWN)
                .flag("llm.provider", "openai", "--provider"));
    assertThat(generic.problems().getFirst().help().getFirst())
        .isEqualTo(
            "export OPENAI_API_KEY=…   or name the provider beside STIGMER_LLM_API_KEY: export"
                + " STIGMER_LLM_PROVIDER=openai");
    file("llm:\n  provider: anthropic\n  base_url: " + OWN + "\n  api_key: canary\n");
    assertThat(resolve("ANTHROPIC_BASE_URL", "http://other:1").problems().getFirst().help())
        .first()
        .isEqualTo("give the key of this endpoint: --api-key-file FILE");
  }

  @Test
  void aKeyWithoutAVendorsShapeGoesToAnyServer() {
    for (String key : new String[] {"sk-0123456789abcdef0123456789abcdef", "token"}) {
      assertThat(codes("STIGMER_LLM_PROVIDER", "anthropic", "STIGMER_LLM_API_KEY", key)).isEmpty();
    }
    assertThat(codes("STIGMER_LLM_PROVIDER", "anthropic", "STIGMER_LLM_API_KEY", "sk-proj-x"))
        .isEqualTo("E107");
    assertThat(codes("STIGMER_LLM_PROVIDER", "ollama", "STIGMER_LLM_API_KEY", "sk-ant-x"))
        .isEqualTo("E107");
  }

  @Test
  void aScriptedModelAsksForNothingAndMindsNoKey() {
    assertThat(
            codes(
                "STIGMER_LLM_PROVIDER", "scripted",
                "STIGMER_LLM_MODEL", "claude-opus-4",
                "STIGMER_LLM_API_KEY", "sk-ant-x"))
        .isEmpty();
  }

  @Test
  void nothingInTheFileCountsAsNotSetAndAnEmptyTextClears() throws IOException {
    file("llm:\n  base_url:\n  model: null\n  provider: ~\n");
    assertThat(codes("MODE", "local")).isEmpty();
    file("llm:\n  base_url: ''\n");
    assertThat(codes("MODE", "local")).isEqualTo("E113");
  }

  @Test
  void aReferenceThatLeadsNowhereIsOneProblemNotTwo() throws IOException {
    file("llm:\n  model: ${env:NONE}\n  base_url: ${file:/no/such}\n");
    assertThat(codes("MODE", "local")).isEqualTo("E124 E124");
  }

  @Test
  void theWorkersDefaultSurvivesAModeThatIsWrong() {
    Resolved resolved =
        Cascade.resolve(
            OnADay.of(Map.of("STIGMER_MODE", "x"), home, "stigmer worker").withoutFile());
    assertThat(resolved.mode()).isEqualTo(Mode.CLOUD);
    assertThat(resolved.exitStatus()).isEqualTo(3);
  }

  @Test
  void anEndpointThatNamesNoProviderNeverGetsAnotherProvidersKey() throws IOException {
    file("llm:\n  base_url: http://localhost:11434\n");
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER", "openai", "OPENAI_API_KEY", "k");
    assertThat(resolved.llm().baseUrl()).contains("https://api.openai.com/v1");
    assertThat(resolved.get("llm.base_url").shadowed().getFirst().reason())
        .isEqualTo("other provider");
    assertThat(resolved.notes())
        .anyMatch(
            note ->
                note.endsWith(
                    "config.yaml:2 is set and not used: no provider is named with it, so it is for"
                        + " ollama (provider is openai)"));
    assertThat(resolve("MODE", "local").llm().baseUrl()).contains("http://localhost:11434");
  }

  @Test
  void aModelThatNamesNoProviderStaysWithTheOneItWasWrittenFor() throws IOException {
    file("llm:\n  model: my-own\n");
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER", "openai", "OPENAI_API_KEY", "k");
    assertThat(resolved.llm().modelName()).isEqualTo("gpt-6.1-sol");
    assertThat(resolve("MODE", "local").llm().modelName()).isEqualTo("my-own");
  }

  @Test
  void aKeyAloneGoesWithTheChoiceAndAKeyBesideADroppedEndpointDoesNot() throws IOException {
    file("llm:\n  api_key: token\n");
    assertThat(codes("STIGMER_LLM_PROVIDER", "openai")).isEmpty();
    file("llm:\n  base_url: https://gpu.example\n  api_key: token\n");
    assertThat(codes("STIGMER_LLM_PROVIDER", "openai")).isEqualTo("E101");
  }

  @Test
  void aKeyOfAVendorThatIsNoProviderGoesToACompatibleServerOnly() {
    for (String key :
        new String[] {
          "AIza0123456789abcdefghijklmnopqrstuvwxy",
          "gsk_0123456789abcdefghijklmnop",
          "xai-0123456789abcdefghijklmnop"
        }) {
      assertThat(codes("STIGMER_LLM_PROVIDER", "openai", "OPENAI_API_KEY", key))
          .as(key)
          .isEqualTo("E107");
      assertThat(codes("STIGMER_LLM_PROVIDER", "ollama", "OLLAMA_API_KEY", key)).isEqualTo("E107");
      assertThat(
              codes(
                  "STIGMER_LLM_PROVIDER", "openai",
                  "OPENAI_API_KEY", key,
                  "OPENAI_BASE_URL", "https://compatible.example/v1"))
          .isEmpty();
    }
    assertThat(
            resolve("STIGMER_LLM_PROVIDER", "openai", "OPENAI_API_KEY", "gsk_" + "x".repeat(30))
                .problems()
                .getFirst()
                .help()
                .getFirst())
        .isEqualTo("use its compatible server: --provider openai --base-url URL");
  }

  @Test
  void aVariableThatNothingReadsIsTold() {
    assertThat(
            resolve(
                    "STIGMER_LLM_MODLE", "x",
                    "STIGMER_LLM_BASEURL", "x",
                    "STIGMER_TELEPATHY", "x",
                    "STIGMER_DEBUG", "1",
                    "STIGMER_LLM_TIMEOUT_IDLE", "60s",
                    "OTHER", "x")
                .notes())
        .containsExactly(
            "STIGMER_LLM_BASEURL is no variable of stigmer and does nothing; did you mean"
                + " STIGMER_LLM_BASE_URL?",
            "STIGMER_LLM_MODLE is no variable of stigmer and does nothing; did you mean"
                + " STIGMER_LLM_MODEL?",
            "STIGMER_TELEPATHY is no variable of stigmer and does nothing; see all: stigmer env");
  }

  private String codes(String... env) {
    return String.join(" ", resolve(env).problems().stream().map(Problem::code).toList());
  }

  private Resolved resolve(String... env) {
    return Cascade.resolve(input(env));
  }

  private ConfigInput input(String... env) {
    var variables = new HashMap<String, String>();
    variables.put("STIGMER_HOME", home.toString());
    for (int i = 0; i < env.length; i += 2) {
      variables.put(env[i], env[i + 1]);
    }
    return OnADay.of(variables, home, "stigmer run");
  }

  private void file(String text) throws IOException {
    Files.writeString(home.resolve("config.yaml"), text);
  }
}
