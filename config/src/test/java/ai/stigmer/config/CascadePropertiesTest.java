package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What holds for any input, however odd. */
class CascadePropertiesTest {
  private static final List<String> KEYS =
      SettingInfo.all().stream().map(SettingInfo::key).toList();
  private static final List<String> VARIABLES =
      SettingInfo.all().stream()
          .flatMap(setting -> setting.variables().stream())
          .map(SettingInfo.EnvVariable::name)
          .toList();

  private final Path home = temporary();
  private final JsonSchema schema = explainSchema();

  @Property(tries = 500)
  void anyInputResolvesToValidJsonAndTheSameTwice(
      @ForAll("environments") Map<String, String> env,
      @ForAll("given") Map<String, String> flags,
      @ForAll("given") Map<String, String> requests,
      @ForAll("files") String file)
      throws IOException {
    Files.writeString(home.resolve("config.yaml"), file);
    ConfigInput input = input(env, flags, requests);
    // When
    Resolved resolved = Cascade.resolve(input);
    // Then
    String json = resolved.toJson();
    assertThat(schema.validate(new ObjectMapper().readTree(json))).as(json).isEmpty();
    assertThat(resolved.toText()).isNotBlank();
    assertThat(resolved.startLine()).isNotBlank();
    assertThat(Cascade.resolve(input).toJson()).isEqualTo(json);
    assertThat(resolved.exitStatus() == 0).isEqualTo(resolved.problems().isEmpty());
    if (resolved.problems().isEmpty()) {
      resolved.llm().validate();
      assertThat(resolved.maxTurns()).isPositive();
    }
  }

  @Property(tries = 300)
  void noSecretIsInAnyOutput(
      @ForAll("environments") Map<String, String> env, @ForAll("secrets") String secret)
      throws IOException {
    var all = new LinkedHashMap<>(env);
    VARIABLES.stream()
        .filter(name -> name.endsWith("_API_KEY"))
        .forEach(name -> all.put(name, secret + "canary"));
    all.put("OPENAI_BASE_URL", "https://" + "u:canary@host");
    all.put("STIGMER_DATABASE_URL", "postgresql://u:" + "canary@host/db");
    all.put("STIGMER_LLM_API_KEY_FILE", home.resolve("key").toString());
    Files.writeString(home.resolve("key"), secret + "canary");
    Files.writeString(home.resolve("config.yaml"), "llm: {api_key: 'canary-in-the-file'}");
    // When
    Resolved resolved = Cascade.resolve(input(all, Map.of(), Map.of("llm.api_key", "canary")));
    // Then
    String everything =
        resolved.toJson()
            + resolved.toText()
            + resolved.startLine()
            + resolved.problems()
            + resolved.notes()
            + resolved.secretInWords("llm.api_key")
            + resolved.value("llm.api_key")
            + resolved.secretInWords("database.url")
            + resolved.value("database.url");
    assertThat(everything).doesNotContain("canary");
    if (resolved.problems().isEmpty()) {
      assertThat(resolved.llm().toString()).doesNotContain("canary");
    }
  }

  @Test
  void everyWrongValueIsReportedAtOnceInTheOrderOfTheTable() {
    Map<String, String> env =
        Map.ofEntries(
            Map.entry("STIGMER_MODE", "x"),
            Map.entry("STIGMER_LLM_PROVIDER", "openai"),
            Map.entry("STIGMER_LLM_MODEL", ""),
            Map.entry("STIGMER_LLM_BASE_URL", "ftp://x"),
            Map.entry("STIGMER_LLM_API_KEY", "sk-ant-x"),
            Map.entry("STIGMER_LLM_MAX_TOKENS", "x"),
            Map.entry("STIGMER_LLM_TEMPERATURE", "x"),
            Map.entry("STIGMER_LLM_CONTEXT_LENGTH", "x"),
            Map.entry("STIGMER_LLM_TIMEOUT_IDLE", "x"),
            Map.entry("STIGMER_LLM_MAX_RETRIES", "x"),
            Map.entry("STIGMER_CONTEXT_COMPACT_AT", "x"),
            Map.entry("STIGMER_MAX_TURNS", "x"));
    assertThat(Cascade.resolve(OnADay.of(env, home, "stigmer run").withoutFile()).problems())
        .extracting(problem -> problem.code())
        .containsExactly(
            "E109", "E115", "E114", "E107", "E104", "E105", "E116", "E134", "E117", "E118", "E141");
  }

  @Test
  void aFileThatWouldExhaustTheParserIsRefusedInWords() throws IOException {
    for (String text :
        List.of(
            "[".repeat(100_000),
            "{".repeat(100_000),
            "a: &a\n  b: *a\n",
            "a: &a {x: 1}\nb: {c: *a, d: *a}\n",
            "x".repeat(2_000_000),
            "llm: !!binary \u0000",
            "%YAML 9\n---\n",
            "a: 1\n---\nb: 2\n")) {
      Files.writeString(home.resolve("config.yaml"), text);
      assertThat(Cascade.resolve(input(Map.of(), Map.of(), Map.of())).problems())
          .extracting(problem -> problem.code())
          .containsAnyOf("E119", "E125");
    }
  }

  @Provide
  Arbitrary<Map<String, String>> environments() {
    return Arbitraries.maps(Arbitraries.of(VARIABLES), texts()).ofMaxSize(12);
  }

  @Provide
  Arbitrary<Map<String, String>> given() {
    return Arbitraries.maps(Arbitraries.of(KEYS), texts()).ofMaxSize(5);
  }

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> lines =
        Arbitraries.of(
            "llm:\n",
            "  model: x\n",
            "  provider: openai\n",
            "mode: cloud\n",
            "llm: {",
            "}\n",
            "  api_key: ${file:\\0}\n",
            "  base_url: \"${file:\\0}\"\n",
            "  model: ${env:NONE}\n",
            "agent:\n",
            "  max_turns: 3\n",
            "- a\n",
            "&a ",
            "*a",
            "? [a]\n: b\n",
            "\t",
            "'",
            "\"",
            "llm.model: x\n",
            "llm: *x\n",
            "\u0000",
            "# comment\n",
            "  timeouts: {idle: 3s}\n");
    return lines.list().ofMaxSize(8).map(list -> String.join("", list));
  }

  @Provide
  Arbitrary<String> secrets() {
    return Arbitraries.of("", "sk-ant-", "sk-proj-", "two words ", "\u00e4", "sk-");
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().all().excludeChars('\0').ofMaxLength(8),
        Arbitraries.of(
            "",
            " ",
            "ollama",
            "anthropic",
            "openai",
            "scripted",
            "claude-opus-4",
            "qwen3:8b",
            "ollama/",
            "/",
            ":",
            "openai:",
            "http://x:99999",
            "http://[::1",
            "https://a/b?c",
            "::",
            "0x10",
            "1f",
            "\u0665",
            "1e999",
            "-0",
            "local",
            "cloud",
            "99999999h"));
  }

  private ConfigInput input(
      Map<String, String> env, Map<String, String> flags, Map<String, String> requests) {
    var all = new LinkedHashMap<>(env);
    all.put("STIGMER_HOME", home.toString());
    ConfigInput input = OnADay.of(all, home, "stigmer config explain");
    for (Map.Entry<String, String> flag : flags.entrySet()) {
      input = input.flag(flag.getKey(), flag.getValue(), "--" + flag.getKey());
    }
    for (Map.Entry<String, String> request : requests.entrySet()) {
      input = input.request(request.getKey(), request.getValue());
    }
    return input;
  }

  private static JsonSchema explainSchema() {
    try {
      return ReferenceTest.schema("explain.schema.json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("stigmer-any");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
