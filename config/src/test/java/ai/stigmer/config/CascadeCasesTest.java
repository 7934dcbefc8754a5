package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cases that the rules of the configuration name. */
class CascadeCasesTest {
  @TempDir Path home;

  @Test
  void localModeNeedsNothing() {
    LlmConfig llm = resolve("MODE=local").llm();
    assertThat(llm.provider()).isEqualTo("ollama");
    assertThat(llm.modelName()).isEqualTo("qwen2.5-coder:7b");
    assertThat(llm.baseUrl()).contains("http://localhost:11434");
    assertThat(llm.maxTokens()).isEqualTo(OptionalInt.of(8192));
    assertThat(llm.temperature()).isEqualTo(OptionalDouble.of(0.0));
    assertThat(llm.apiKey()).isEmpty();
  }

  @Test
  void aModelAloneStaysWithItsProvider() {
    assertModel(resolve("MODE=local STIGMER_LLM_MODEL=llama3.2:3b"), "ollama", "llama3.2:3b");
  }

  @Test
  void defaultsBelongToTheProviderNotToTheMode() {
    LlmConfig llm =
        resolve("MODE=local STIGMER_LLM_PROVIDER=anthropic STIGMER_LLM_API_KEY=k").llm();
    assertThat(llm.modelName()).isEqualTo("claude-sonnet-4-5-20250929");
    assertThat(llm.baseUrl()).contains("https://api.anthropic.com");
    assertThat(llm.maxTokens()).isEqualTo(OptionalInt.of(20000));
    assertThat(llm.temperature()).isEmpty();
  }

  @Test
  void cloudModeIsAnthropicWithItsOwnKey() {
    Resolved resolved = resolve("MODE=cloud ANTHROPIC_API_KEY=k");
    assertModel(resolved, "anthropic", "claude-sonnet-4-5-20250929");
    assertThat(resolved.get("llm.model").value()).contains("claude-sonnet-4.5");
    assertThat(resolved.get("llm.api_key").location()).isEqualTo("ANTHROPIC_API_KEY");
    assertThat(resolved.startLine())
        .isEqualTo("anthropic/claude-sonnet-4.5 · key from ANTHROPIC_API_KEY · mode cloud (MODE)");
  }

  @Test
  void stigmersOwnKeyVariableIsStronger() {
    Resolved resolved = resolve("MODE=cloud ANTHROPIC_API_KEY=a STIGMER_LLM_API_KEY=b");
    assertThat(resolved.llm().apiKey().orElseThrow().reveal()).isEqualTo("b");
    assertThat(resolved.get("llm.api_key").location()).isEqualTo("STIGMER_LLM_API_KEY");
  }

  @Test
  void aFriendlyNameIsResolvedToTheFullId() {
    assertModel(
        resolve("MODE=cloud STIGMER_LLM_MODEL=claude-opus-4 ANTHROPIC_API_KEY=k"),
        "anthropic",
        "claude-opus-4-20250514");
  }

  @Test
  void cloudWithoutAKeyIsACredentialProblem() {
    Resolved resolved = resolve("MODE=cloud");
    assertThat(resolved.exitStatus()).isEqualTo(4);
    Problem problem = only(resolved);
    assertThat(problem.code()).isEqualTo("E101");
    assertThat(String.join(" ", problem.help()))
        .contains("ANTHROPIC_API_KEY")
        .contains("STIGMER_LLM_API_KEY");
  }

  @Test
  void anUnknownProviderListsTheValidOnes() {
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER=gemini");
    assertThat(resolved.exitStatus()).isEqualTo(3);
    assertThat(only(resolved).help().getFirst()).contains("ollama, anthropic, openai");
  }

  @Test
  void aMisspeltProviderGetsASuggestion() {
    assertThat(only(resolve("STIGMER_LLM_PROVIDER=antropic")).help().getFirst())
        .contains("did you mean \"anthropic\"");
  }

  @Test
  void aClearedBaseUrlIsAnErrorForOllama() {
    Problem problem = only(resolve("STIGMER_LLM_PROVIDER=ollama STIGMER_LLM_BASE_URL="));
    assertThat(problem.code()).isEqualTo("E113");
    assertThat(problem.from()).containsExactly("STIGMER_LLM_BASE_URL");
  }

  @Test
  void workflowsForSubAgentsAreOfUseOnlyWhereAnotherWorkerCanDriveThem() {
    String on = "STIGMER_TEMPORAL_SUB_AGENT_WORKFLOWS=on";
    String temporal = on + " STIGMER_ENGINE=temporal";
    assertThat(resolve(on).notes())
        .contains(
            "temporal.sub_agent_workflows is of no use with engine embedded: the process that drives"
                + " a run drives its sub-agents, as nothing else is there");
    assertThat(resolve(temporal).notes()).noneMatch(note -> note.contains("of no use"));
    assertThat(resolve(temporal + " STIGMER_WORKSPACE_STORE=/kept").notes())
        .contains(
            "temporal.sub_agent_workflows is of no use with workspace.store: the worker that drives"
                + " a run has its folder, so it drives the sub-agents, too");
    assertThat(resolve("STIGMER_TEMPORAL_SUB_AGENT_WORKFLOWS=off").notes())
        .noneMatch(note -> note.contains("of no use"));
  }

  @Test
  void keysNeverCrossProviders() {
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER=openai ANTHROPIC_API_KEY=k");
    assertThat(only(resolved).code()).isEqualTo("E101");
    assertThat(resolved.notes())
        .contains("ANTHROPIC_API_KEY is set and not used (provider is openai)");
    assertThat(resolved.get("llm.api_key").value()).isEmpty();
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    assertThat(resolve("STIGMER_LLM_MAX_TOKENS=8k STIGMER_LLM_TEMPERATURE=3").problems())
        .extracting(Problem::code)
        .containsExactlyInAnyOrder("E104", "E105");
  }

  @Test
  void aRequestsModelChoosesItsProvider() {
    Resolved resolved =
        Cascade.resolve(
            input("STIGMER_LLM_PROVIDER=ollama ANTHROPIC_API_KEY=k")
                .request("llm.model", "claude-opus-4"));
    assertModel(resolved, "anthropic", "claude-opus-4-20250514");
    assertThat(resolved.llm().baseUrl()).contains("https://api.anthropic.com");
  }

  @Test
  void aRequestWithoutAKeyFailsInsteadOfFallingToOllama() {
    Resolved resolved =
        Cascade.resolve(input("STIGMER_LLM_PROVIDER=ollama").request("llm.model", "claude-opus-4"));
    assertThat(resolved.get("llm.provider").value()).contains("anthropic");
    assertThat(only(resolved).code()).isEqualTo("E101");
  }

  @Test
  void aRequestNeverTakesAnotherProvidersEndpointOrKeyAlong() {
    Resolved resolved =
        Cascade.resolve(
            input("STIGMER_LLM_BASE_URL=http://gpu:11434 STIGMER_LLM_API_KEY=local-key")
                .request("llm.model", "claude-opus-4"));
    assertThat(resolved.get("llm.base_url").value()).contains("https://api.anthropic.com");
    assertThat(resolved.get("llm.api_key").value()).isEmpty();
    assertThat(resolved.get("llm.base_url").shadowed())
        .extracting(Resolution.Shadowed::reason)
        .containsExactly("other provider");
  }

  @Test
  void aRequestMayNotSetEndpointOrKey() {
    Resolved resolved =
        Cascade.resolve(
            input("MODE=local").request("llm.base_url", "http://evil").request("llm.api_key", "x"));
    assertThat(resolved.problems()).extracting(Problem::code).containsExactly("E111", "E111");
    assertThat(resolved.get("llm.base_url").value()).contains("http://localhost:11434");
  }

  @Test
  void valuesOfTheFileForAnotherProviderAreDroppedAndShown() throws IOException {
    // Given
    file("llm:\n  provider: ollama\n  model: qwen3:8b\n  base_url: http://gpu:11434\n");
    // When
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER=anthropic ANTHROPIC_API_KEY=k");
    // Then
    assertModel(resolved, "anthropic", "claude-sonnet-4-5-20250929");
    assertThat(resolved.get("llm.model").shadowed())
        .containsExactly(
            new Resolution.Shadowed(
                "qwen3:8b", Layer.FILE, home.resolve("config.yaml") + ":3", "other provider"));
    assertThat(resolved.get("llm.base_url").shadowed())
        .extracting(Resolution.Shadowed::value)
        .containsExactly("http://gpu:11434");
  }

  @Test
  void providerAndModelOfOneLayerMustNotContradictEachOther() {
    assertThat(only(resolve("STIGMER_LLM_PROVIDER=ollama STIGMER_LLM_MODEL=claude-opus-4")).code())
        .isEqualTo("E103");
  }

  @Test
  void aServerOfOnesOwnAcceptsAnyModelAndNeedsNoKey() {
    Resolved resolved =
        resolve(
            "STIGMER_LLM_PROVIDER=openai STIGMER_LLM_BASE_URL=http://localhost:1234/v1/"
                + " STIGMER_LLM_MODEL=qwen3:8b");
    assertModel(resolved, "openai", "qwen3:8b");
    assertThat(resolved.llm().baseUrl()).contains("http://localhost:1234/v1");
  }

  @Test
  void aKeyOfAnotherVendorsShapeIsRefusedAndNotShown() {
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER=openai STIGMER_LLM_API_KEY=sk-ant-canary");
    assertThat(only(resolved).code()).isEqualTo("E107");
    assertThat(resolved.toJson() + resolved.toText() + resolved.problems())
        .doesNotContain("canary");
  }

  @Test
  void modeIsAWordOfOthersTooButStigmerModeIsOurs() {
    Resolved lenient = resolve("MODE=production");
    assertThat(lenient.problems()).isEmpty();
    assertThat(lenient.notes()).anyMatch(note -> note.contains("MODE=production"));
    assertThat(only(resolve("STIGMER_MODE=production")).code()).isEqualTo("E109");
    assertThat(resolve("MODE=cloud STIGMER_MODE=local").mode()).isEqualTo(Mode.LOCAL);
  }

  @Test
  void aWorkerDefaultsToCloud() {
    Resolved resolved =
        Cascade.resolve(OnADay.of(Map.of("STIGMER_HOME", home.toString()), home, "stigmer worker"));
    assertThat(resolved.mode()).isEqualTo(Mode.CLOUD);
  }

  @Test
  void emptyLimitsCountAsNotSetAndSpaceIsTrimmed() {
    Map<String, String> env = new LinkedHashMap<>();
    env.put("STIGMER_LLM_MAX_TOKENS", " ");
    env.put("STIGMER_LLM_TEMPERATURE", "");
    env.put("STIGMER_LLM_API_KEY", "");
    env.put("STIGMER_LLM_MODEL", "  qwen3:8b ");
    Resolved resolved = Cascade.resolve(OnADay.of(env, home, "stigmer run").withoutFile());
    assertThat(resolved.llm().maxTokens()).isEqualTo(OptionalInt.of(8192));
    assertThat(resolved.llm().modelName()).isEqualTo("qwen3:8b");
  }

  @Test
  void anEmptyModelOrProviderIsAClearing() {
    assertThat(only(resolve("STIGMER_LLM_MODEL=")).code()).isEqualTo("E115");
    assertThat(only(resolve("STIGMER_LLM_PROVIDER=")).code()).isEqualTo("E112");
  }

  @Test
  void temperatureIsNotSentToAModelThatDoesNotTakeIt() throws IOException {
    Resolved resolved = resolve("MODE=cloud ANTHROPIC_API_KEY=k STIGMER_LLM_TEMPERATURE=0.2");
    JsonNode setting = setting(resolved, "llm.temperature");
    assertThat(setting.get("sent").asBoolean()).isFalse();
    assertThat(setting.get("value").asDouble()).isEqualTo(0.2);
    assertThat(resolved.llm().temperature()).isEmpty();
  }

  @Test
  void theJsonHasTheAgreedShape() throws IOException {
    // Given
    file("llm:\n  model: x\n");
    // When
    JsonNode json =
        new ObjectMapper()
            .readTree(
                resolve("STIGMER_LLM_PROVIDER=anthropic ANTHROPIC_API_KEY=secret-canary").toJson());
    // Then
    assertThat(json.get("schema").asInt()).isEqualTo(1);
    assertThat(json.get("mode").toString())
        .isEqualTo(
            "{\"value\":\"local\",\"layer\":\"default\",\"location\":\"stigmer config explain\"}");
    assertThat(json.get("settings").get(0).toString())
        .isEqualTo(
            "{\"key\":\"llm.provider\",\"value\":\"anthropic\",\"layer\":\"env\","
                + "\"location\":\"STIGMER_LLM_PROVIDER\",\"sent\":true,\"shadowed\":[]}");
    assertThat(json.toString()).doesNotContain("canary").contains("\"value\":\"set\"");
    assertThat(json.get("problems")).isEmpty();
    assertThat(json.get("notes").isArray()).isTrue();
  }

  @Test
  void aFilesUnknownKeyIsAnErrorUnderLlmAndANoteElsewhere() throws IOException {
    file("llm:\n  modle: x\nagnet:\n  max_turns: 3\n");
    Resolved resolved = resolve("MODE=local");
    Problem problem = only(resolved);
    assertThat(problem.code()).isEqualTo("E106");
    assertThat(problem.from()).containsExactly(home.resolve("config.yaml") + ":2");
    assertThat(problem.help().getFirst()).contains("did you mean \"llm.model\"");
    assertThat(resolved.notes()).anyMatch(note -> note.contains("agnet.max_turns"));
  }

  @Test
  void aFileThatIsNoYamlIsNamedWithItsLine() throws IOException {
    file("llm:\n  model: [unclosed\n");
    Problem problem = only(resolve("MODE=local"));
    assertThat(problem.code()).isEqualTo("E119");
    assertThat(problem.from().getFirst()).startsWith(home.resolve("config.yaml").toString());
  }

  @Test
  void aFileMayReferToVariablesAndFiles() throws IOException {
    Path key = Files.writeString(home.resolve("key"), "from-file\n");
    file("llm:\n  provider: anthropic\n  api_key: ${file:" + key + "}\n  model: ${env:MY_MODEL}\n");
    LlmConfig llm = resolve("MY_MODEL=claude-opus-4").llm();
    assertThat(llm.apiKey().orElseThrow().reveal()).isEqualTo("from-file");
    assertThat(llm.modelName()).isEqualTo("claude-opus-4-20250514");
    assertThat(resolve("OTHER=1").problems()).extracting(Problem::code).contains("E124");
  }

  @Test
  void aNamedFileMustBeThere() {
    Resolved resolved = Cascade.resolve(input("MODE=local").configFile(home.resolve("nope.yaml")));
    assertThat(only(resolved).code()).isEqualTo("E125");
  }

  @Test
  void aKeyFileIsReadForFlagAndVariable() throws IOException {
    Path key = Files.writeString(home.resolve("key"), "k-1\n");
    assertThat(
            resolve("MODE=cloud STIGMER_LLM_API_KEY_FILE=" + key)
                .llm()
                .apiKey()
                .orElseThrow()
                .reveal())
        .isEqualTo("k-1");
    assertThat(
            Cascade.resolve(
                    input("MODE=cloud").flag("llm.api_key", key.toString(), "--api-key-file"))
                .llm()
                .apiKey()
                .orElseThrow()
                .reveal())
        .isEqualTo("k-1");
    assertThat(resolve("MODE=cloud STIGMER_LLM_API_KEY_FILE=/nowhere/x").problems())
        .extracting(Problem::code)
        .contains("E127");
  }

  @Test
  void credentialsInAUrlAreRefusedAndNotShown() {
    Resolved resolved = resolve("STIGMER_LLM_BASE_URL=http://me:canary@host:1");
    assertThat(only(resolved).code()).isEqualTo("E114");
    assertThat(resolved.toText() + resolved.toJson() + resolved.startLine())
        .doesNotContain("canary");
  }

  @Test
  void theStartLineOfAScriptedModelSaysSo() {
    Resolved resolved = resolve("STIGMER_LLM_PROVIDER=scripted STIGMER_LLM_MODEL=demo.yaml");
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.startLine()).contains("scripted model").contains("demo.yaml");
    assertThat(resolved.llm().maxTokens()).isEmpty();
  }

  @Test
  void theSeedsLoaderWorksFromTheEnvironmentAlone() {
    LlmConfig llm =
        LlmConfig.loadFromEnv(Mode.CLOUD, Map.of("ANTHROPIC_API_KEY", "k"), OnADay.CLOCK);
    assertThat(llm.provider()).isEqualTo("anthropic");
    assertThat(Optional.of(llm.modelName())).contains("claude-sonnet-4-5-20250929");
  }

  private Resolved resolve(String env) {
    return Cascade.resolve(input(env));
  }

  private ConfigInput input(String env) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("STIGMER_HOME", home.toString());
    for (String pair : env.split(" ")) {
      int equals = pair.indexOf('=');
      variables.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return OnADay.of(variables, home, "stigmer config explain");
  }

  private void file(String text) throws IOException {
    Files.writeString(home.resolve("config.yaml"), text);
  }

  private static JsonNode setting(Resolved resolved, String key) throws IOException {
    for (JsonNode node : new ObjectMapper().readTree(resolved.toJson()).get("settings")) {
      if (node.get("key").asText().equals(key)) {
        return node;
      }
    }
    throw new AssertionError("no setting " + key);
  }

  private static void assertModel(Resolved resolved, String provider, String model) {
    assertThat(resolved.problems()).isEmpty();
    assertThat(List.of(resolved.llm().provider(), resolved.llm().modelName()))
        .containsExactly(provider, model);
  }

  private static Problem only(Resolved resolved) {
    assertThat(resolved.problems()).hasSize(1);
    return resolved.problems().getFirst();
  }
}
