package ai.stigmer.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.cli.Shell;
import ai.stigmer.config.SettingInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home = Path.of("");
  private Shell shell = new Shell(Path.of(""));
  private Path file = Path.of("");

  @BeforeEach
  void openAShell() {
    shell = new Shell(home);
    file = home.resolve("config.yaml");
  }

  @Test
  void explainShowsEveryKeyWithItsOriginAndWhatItHides() throws IOException {
    Files.writeString(file, "llm:\n  provider: ollama\n  model: qwen3:8b\n");
    shell.export("STIGMER_LLM_PROVIDER", "anthropic").export("ANTHROPIC_API_KEY", "canary");
    assertThat(shell.stigmer("config", "explain")).isZero();
    assertThat(shell.out().lines().findFirst().orElseThrow().split(" +"))
        .containsExactly("KEY", "VALUE", "FROM", "WHERE");
    for (SettingInfo setting : SettingInfo.all()) {
      assertThat(shell.out()).contains(setting.key());
    }
    assertThat(shell.out())
        .contains(
            "claude-sonnet-4.5 → claude-sonnet-4-5-20250929",
            "dropped (other provider): qwen3:8b",
            "shadowed: ollama",
            file + ":3",
            "set (sha256:")
        .doesNotContain("canary");
  }

  @Test
  void explainShowsOneSettingOrOneSectionWhenItIsAskedForThat() {
    shell.export("STIGMER_LLM_MODEL", "qwen3:8b");
    String[] fallback = {"--fallbacks", "ollama/qwen3:4b"};
    assertThat(shell.stigmer("config", "explain", "llm.model", fallback[0], fallback[1])).isZero();
    assertThat(keys()).containsExactly("KEY", "llm.model", "fallback", "llm.model", "└");
    assertThat(shell.out()).contains("STIGMER_LLM_MODEL");
    assertThat(shell.stigmer("config", "explain", "llm.timeouts")).isZero();
    assertThat(keys())
        .containsExactly(
            "KEY", "llm.timeouts.connect", "llm.timeouts.first_token", "llm.timeouts.idle");
    assertThat(shell.stigmer("config", "explain", "engine", "--json")).isZero();
    assertThat(shell.out()).contains("{\"key\":\"engine\"").doesNotContain("llm.model");
    assertThat(shell.stigmer("config", "explain", "llm.modl")).isEqualTo(3);
    assertThat(shell.err()).contains("error[E106]", "llm.model");
  }

  private List<String> keys() {
    return shell.out().lines().map(line -> line.strip().split(" +")[0]).toList();
  }

  @Test
  void explainEndsWithThreeForWhatIsWrongAndFourForAMissingKey() {
    assertThat(shell.stigmer("config", "explain")).isZero();
    assertThat(shell.stigmer("config", "explain", "--mode", "cloud")).isEqualTo(4);
    assertThat(shell.stigmer("config", "explain", "--mode", "cloud", "--max-tokens", "8k"))
        .isEqualTo(3);
    assertThat(shell.err()).contains("error[E101]", "error[E104]");
  }

  @Test
  void jsonIsOnStandardOutputWhateverIsWrong() throws IOException {
    assertThat(shell.stigmer("config", "explain", "--json", "--provider", "gemini")).isEqualTo(3);
    JsonNode json = JSON.readTree(shell.out());
    assertThat(json.at("/problems/0/code").asText()).isEqualTo("E102");
    assertThat(json.at("/problems/0/setting").asText()).isEqualTo("llm.provider");
    assertThat(json.at("/problems/0/from").asText()).isEqualTo("--provider");
  }

  @Test
  void requestsShowWhatAnExecutionWouldGet() throws IOException {
    shell.export("STIGMER_LLM_PROVIDER", "ollama").export("ANTHROPIC_API_KEY", "k");
    int status =
        shell.stigmer(
            "config",
            "explain",
            "--json",
            "--request",
            "llm.model=claude-opus-4",
            "--request",
            "llm.max_tokens=77",
            "--request",
            "llm.temperature=0.5",
            "--request",
            "agent.max_turns=9");
    assertThat(status).isZero();
    assertThat(setting("llm.provider").get("value").asText()).isEqualTo("anthropic");
    assertThat(setting("llm.model").get("resolved").asText()).isEqualTo("claude-opus-4-20250514");
    assertThat(setting("llm.max_tokens").get("value").asInt()).isEqualTo(77);
    assertThat(setting("llm.temperature").get("sent").asBoolean()).isFalse();
    assertThat(setting("agent.max_turns").get("layer").asText()).isEqualTo("request");
    assertThat(shell.stigmer("config", "check", "--request", "llm.model=claude-opus-4")).isZero();
  }

  private static String valueOf(SettingInfo setting) {
    return setting.key().equals("budget.wall_time") ? "=1s" : "=1";
  }

  @Test
  void aRequestCanOnlyLowerABudget() throws IOException {
    shell.export("STIGMER_BUDGET_COST_USD", "2.50").export("STIGMER_BUDGET_WALL_TIME", "90s");
    for (String lower :
        List.of(
            "budget.cost_usd=2.49", "budget.wall_time=1m", "budget.depth=0", "budget.tokens=9")) {
      assertThat(shell.stigmer("config", "check", "--request", lower)).as(lower).isZero();
    }
    for (String higher :
        List.of(
            "budget.cost_usd=10", "budget.wall_time=2m", "budget.depth=2", "budget.fan_out=17")) {
      assertThat(shell.stigmer("config", "check", "--request", higher)).as(higher).isEqualTo(3);
      assertThat(shell.err() + shell.out()).contains("E111");
    }
  }

  @Test
  void aRequestMaySetOnlyModelLimitsAndTemperature() throws IOException {
    List<String> allowed =
        SettingInfo.all().stream()
            .map(SettingInfo::key)
            .filter(
                key ->
                    key.startsWith("budget.")
                        || List.of(
                                "llm.model", "llm.max_tokens", "llm.temperature", "agent.max_turns")
                            .contains(key))
            .toList();
    for (SettingInfo setting : SettingInfo.all()) {
      int status =
          shell.stigmer(
              "config", "explain", "--json", "--request", setting.key() + valueOf(setting));
      boolean refused = shell.out().contains("\"E111\"");
      assertThat(refused).as(setting.key()).isEqualTo(!allowed.contains(setting.key()));
      assertThat(status).as(setting.key()).isEqualTo(refused ? 3 : 0);
      assertThat(JSON.readTree(shell.out()).get("settings").toString().contains("request"))
          .as(setting.key())
          .isEqualTo(!refused);
    }
    assertThat(shell.stigmer("config", "check", "--request", "house.rule=1")).isEqualTo(3);
  }

  @Test
  void aRequestLowersTheTurnsAndNeverRaisesThem() throws IOException {
    shell.export("STIGMER_MAX_TURNS", "20");
    assertThat(turns("19")).isEqualTo(19);
    assertThat(turns("20")).isEqualTo(20);
    assertThat(turns("21")).isEqualTo(20);
    assertThat(shell.out()).contains("E111", "not raise it from 20 to 21");
  }

  @Test
  void checkSaysOkOrWhatIsWrong() {
    assertThat(shell.stigmer("config", "check")).isZero();
    assertThat(shell.out()).startsWith("ok  ollama/qwen2.5-coder:7b at http://localhost:11434");
    assertThat(shell.stigmer("config", "check", "--mode", "cloud")).isEqualTo(4);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.stigmer("config", "check", "--temperature", "9")).isEqualTo(3);
  }

  @Test
  void explainTellsWhatTheClientOfABucketReadsAndNeverAKey() {
    shell
        .export("STIGMER_WORKSPACE_STORE", "s3://workspaces/team")
        .export("AWS_ENDPOINT_URL_S3", "https://minio.example:9000")
        .export("AWS_ACCESS_KEY_ID", "canary-id")
        .export("AWS_SECRET_ACCESS_KEY", "canary-key");
    assertThat(shell.stigmer("config", "explain")).isZero();
    assertThat(shell.out())
        .containsPattern("endpoint +https://minio.example:9000 +\\(AWS_ENDPOINT_URL_S3\\)")
        .containsPattern("key +\\(set\\) +\\(AWS_SECRET_ACCESS_KEY\\)")
        .doesNotContain("canary");
  }

  @Test
  void listNamesEveryKey() {
    assertThat(shell.stigmer("config", "list")).isZero();
    assertThat(shell.out().lines().map(line -> line.split(" ")[0]))
        .containsExactlyElementsOf(SettingInfo.all().stream().map(SettingInfo::key).toList());
  }

  @Test
  void getPrintsWhatIsInEffectAndNeverAKey() {
    shell.export("STIGMER_LLM_API_KEY", "canary").export("STIGMER_LLM_MODEL", "llama3.2");
    assertThat(shell.stigmer("config", "get", "llm.model")).isZero();
    assertThat(shell.out()).isEqualTo("llama3.2:3b\n");
    assertThat(shell.stigmer("config", "get", "llm.api_key")).isZero();
    assertThat(shell.out()).startsWith("set (sha256:").doesNotContain("canary");
    assertThat(shell.stigmer("config", "get", "llm.context_length")).isZero();
    assertThat(shell.out()).isEqualTo("\n");
  }

  @Test
  void anUnknownKeyGetsTheNearestOneEverywhere() {
    for (String verb : List.of("get", "unset")) {
      assertThat(shell.stigmer("config", verb, "llm.modle")).as(verb).isEqualTo(3);
      assertThat(shell.err()).contains("error[E106]", "did you mean \"llm.model\"?");
    }
    assertThat(shell.stigmer("config", "set", "llm.modle", "x")).isEqualTo(3);
    assertThat(shell.err()).contains("did you mean \"llm.model\"?");
    assertThat(file).doesNotExist();
  }

  @Test
  void setWritesOneValueForTheOwnerOnlyAndNoDefaultWithIt() throws IOException {
    assertThat(shell.stigmer("config", "set", "llm.model", "qwen3:8b")).isZero();
    assertThat(file).hasContent("llm:\n  model: qwen3:8b\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(shell.stigmer("config", "get", "llm.model")).isZero();
    assertThat(shell.out()).isEqualTo("qwen3:8b\n");
    assertThat(shell.stigmer("config", "unset", "llm.model")).isZero();
    assertThat(file).hasContent("llm:\n");
    assertThat(shell.stigmer("config", "check")).isZero();
  }

  @Test
  void nothingElseThatAPersonTypesWritesTheFile() {
    for (String verb : List.of("explain", "check", "list", "path")) {
      shell.stigmer("config", verb);
    }
    shell.stigmer("env");
    shell.stigmer("config", "get", "llm.model");
    assertThat(file).doesNotExist();
  }

  @Test
  void aWrongValueIsRefusedAndNothingIsWritten() throws IOException {
    Files.writeString(file, "mode: local # mine\n");
    assertThat(shell.stigmer("config", "set", "llm.max_tokens", "8k")).isEqualTo(3);
    assertThat(shell.err()).contains("error[E104]", "the command line");
    assertThat(file).hasContent("mode: local # mine\n");
    assertThat(shell.stigmer("config", "set", "llm.max_tokens")).isEqualTo(2);
  }

  @Test
  void aSecretIsTakenFromStandardInputAndShownNowhere() throws IOException {
    shell.pipe("sk-ant-canary\n");
    assertThat(shell.stigmer("config", "set", "llm.api_key")).isZero();
    assertThat(shell.out() + shell.err()).doesNotContain("canary").contains("standard input");
    assertThat(file).content().contains("api_key: sk-ant-canary\n");
    shell.pipe("");
    assertThat(shell.stigmer("config", "set", "llm.api_key")).isEqualTo(3);
    assertThat(shell.err()).contains("error[E131]");
  }

  @Test
  void aSecretIsNeverAnArgumentButAReferenceToOneIs() throws IOException {
    assertThat(shell.stigmer("config", "set", "llm.api_key", "sk-ant-canary")).isEqualTo(2);
    assertThat(shell.err()).contains("error[E129]").doesNotContain("canary");
    assertThat(file).doesNotExist();
    Path key = Files.writeString(home.resolve("key"), "sk-ant-canary\n");
    for (String reference : List.of("${env:MY_KEY}", "${file:" + key + "}")) {
      shell.export("MY_KEY", "sk-ant-canary");
      assertThat(shell.stigmer("config", "set", "llm.api_key", reference)).isZero();
      assertThat(file).content().contains(reference).doesNotContain("canary");
      assertThat(shell.stigmer("config", "check", "--mode", "cloud")).isZero();
    }
  }

  @Test
  void setTellsWhatIsStillMissingAndWhatHidesTheValue() {
    shell.export("STIGMER_LLM_MODEL", "claude-haiku-4");
    assertThat(shell.stigmer("config", "set", "llm.model", "claude-opus-4")).isZero();
    assertThat(shell.err())
        .contains("still to do: E101", "STIGMER_LLM_MODEL is stronger and hides it");
  }

  @Test
  void pathNamesTheFileThatCounts() {
    assertThat(shell.stigmer("config", "path")).isZero();
    assertThat(shell.out()).isEqualTo(file + "\n");
    assertThat(shell.stigmer("config", "path", "--config", "/elsewhere.yaml")).isZero();
    assertThat(shell.out()).isEqualTo("/elsewhere.yaml\n");
    shell.export("STIGMER_CONFIG", "/other.yaml");
    assertThat(shell.stigmer("config", "path")).isZero();
    assertThat(shell.out()).isEqualTo("/other.yaml\n");
  }

  @Test
  void noConfigIgnoresTheFile() throws IOException {
    Files.writeString(file, "llm:\n  model: [\n");
    assertThat(shell.stigmer("config", "check")).isEqualTo(3);
    assertThat(shell.stigmer("config", "check", "--no-config")).isZero();
  }

  @Test
  void editOpensAFileForTheOwnerOnlyAndChecksItAfterwards() throws IOException {
    Path editor =
        Files.writeString(home.resolve("editor"), "printf 'mode: production\\n' >> \"$1\"\n");
    shell.export("VISUAL", "sh '" + editor + "'");
    assertThat(shell.stigmer("config", "edit")).isEqualTo(3);
    assertThat(shell.err()).contains("error[E109]", file + ":2");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    shell.export("VISUAL", "false");
    shell.stigmer("config", "edit");
    assertThat(shell.err()).contains("the editor (false) ended with status 1");
  }

  @Test
  void aFileThatOthersMayReadIsNotedUntilItIsClosed() throws IOException {
    Files.writeString(file, "mode: local\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(shell.stigmer("config", "check")).isZero();
    assertThat(shell.err()).contains("others may read or change " + file, "chmod 600");
    assertThat(shell.stigmer("config", "set", "mode", "local")).isZero();
    assertThat(shell.stigmer("config", "check")).isZero();
    assertThat(shell.err()).doesNotContain("others may read");
  }

  @Test
  void envSaysOfEveryVariableWhetherItIsSetAndWhatBecameOfIt() {
    shell
        .export("STIGMER_LLM_MODEL", "llama3.2")
        .export("OLLAMA_HOST", "gpu")
        .export("OLLAMA_BASE_URL", "http://gpu:1")
        .export("ANTHROPIC_API_KEY", "canary")
        .export("STIGMER_LLM_API_KEY", "");
    assertThat(shell.stigmer("env")).isZero();
    assertThat(line("STIGMER_LLM_MODEL")).contains(" set ", "[in effect]", "llm.model");
    assertThat(line("OLLAMA_HOST")).contains(" set ", "[hidden by OLLAMA_BASE_URL]");
    assertThat(line("ANTHROPIC_API_KEY")).contains("[not used: other provider]");
    assertThat(line("STIGMER_LLM_API_KEY")).contains(" empty ");
    assertThat(line("STIGMER_LLM_PROVIDER")).contains(" - ");
    for (SettingInfo setting : SettingInfo.all()) {
      setting.variables().forEach(variable -> assertThat(line(variable.name())).isNotEmpty());
    }
    assertThat(shell.out()).doesNotContain("canary");
  }

  @Test
  void aRunTellsEveryProblemInOrderAndAsOneJsonObject() throws IOException {
    String[] run = {"run", "--mode", "cloud", "--max-tokens", "8k", "--temperature", "3", "hi"};
    assertThat(shell.stigmer(run)).isEqualTo(3);
    assertThat(shell.err().lines().filter(line -> line.startsWith("error[")))
        .extracting(line -> line.substring(6, 10))
        .containsExactly("E101", "E104", "E105");
    assertThat(shell.out()).isEmpty();
    for (String format : List.of("json", "stream-json")) {
      var words = new ArrayList<>(List.of(run));
      words.addAll(List.of("--output", format));
      assertThat(shell.stigmer(words.toArray(String[]::new))).isEqualTo(3);
      JsonNode last = JSON.readTree(shell.out().lines().toList().getLast());
      assertThat(last.get("type").asText()).isEqualTo("error");
      assertThat(last.get("exit").asInt()).isEqualTo(3);
      assertThat(last.get("problems"))
          .extracting(problem -> problem.get("code").asText())
          .containsExactly("E101", "E104", "E105");
      assertThat(shell.err()).contains("error[E101]", "error[E104]", "error[E105]");
    }
  }

  private String line(String variable) {
    return shell
        .out()
        .lines()
        .filter(line -> line.startsWith(variable + " "))
        .findFirst()
        .orElse("");
  }

  private int turns(String asked) throws IOException {
    shell.stigmer("config", "explain", "--json", "--request", "agent.max_turns=" + asked);
    return setting("agent.max_turns").get("value").asInt();
  }

  private JsonNode setting(String key) throws IOException {
    for (JsonNode setting : JSON.readTree(shell.out()).get("settings")) {
      if (setting.get("key").asText().equals(key)) {
        return setting;
      }
    }
    throw new AssertionError("no setting " + key);
  }
}
