package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Golden;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The committed reference is what the settings table says, and its schema agrees with the reader.
 */
class ReferenceTest {
  static final Path REFERENCE = Path.of("../docs/reference");

  @TempDir Path home = Path.of("");

  @Test
  void theSchemaIsThatOfTheSettingsTable() throws IOException {
    Golden.assertMatches(REFERENCE.resolve("config.schema.json"), SchemaWriter.write());
  }

  @Test
  void thePageIsThatOfTheSettingsTable() throws IOException {
    Golden.assertMatches(REFERENCE.resolve("configuration.md"), ReferenceWriter.write());
  }

  @Test
  void thePageNamesEverySettingAndVariable() throws IOException {
    String page = Files.readString(REFERENCE.resolve("configuration.md"));
    for (SettingInfo setting : SettingInfo.all()) {
      assertThat(page).contains("### `" + setting.key() + "`");
      setting
          .variables()
          .forEach(variable -> assertThat(page).contains("`" + variable.name() + "`"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# only a comment",
        "version: 1",
        "mode: local",
        "llm:",
        "llm:\n  provider: ollama\n  model: qwen3:8b\n  base_url: http://gpu:11434",
        "llm:\n  provider: anthropic\n  api_key: ${env:MY_KEY}",
        "llm:\n  max_tokens: 8192\n  temperature: 0.5\n  context_length: 32768",
        "llm:\n  max_tokens: \"8192\"\n  temperature: \"0.5\"",
        "llm:\n  temperature: 0",
        "llm:\n  effort: max\n  api: chat\n  max_retries: 0",
        "llm:\n  provider: ollama\n  fallbacks: [ollama/qwen3:8b, 'ollama/llama3.2']",
        "llm:\n  fallbacks: ollama/qwen3:8b, llama3.2:3b",
        "llm:\n  effort: none\n  api: ''\n  max_retries: \"20\"",
        "llm:\n  max_tokens:\n  temperature: null",
        "llm:\n  max_tokens: ''",
        "llm: {timeouts: {connect: 3s, first_token: 5m, idle: 500ms}}",
        "llm:\n  base_url: gpu:11434",
        "agent:\n  max_turns: 7\n  colour: red",
        "console:\n  theme: dark",
        "mode: ${env:MY_MODE}"
      })
  void aRightFileIsAcceptedByTheSchemaAndByTheReader(String yaml) throws IOException {
    assertThat(schema("config.schema.json").validate(tree(yaml))).isEmpty();
    assertThat(read(yaml).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- a list",
        "just words",
        "llm: ollama",
        "llm:\n  modle: qwen3:8b",
        "llm:\n  provider: gemini",
        "llm:\n  provider: [ollama]",
        "llm:\n  model: {name: x}",
        "llm:\n  max_tokens: 8k",
        "llm:\n  max_tokens: 0",
        "llm:\n  max_tokens: 1.5",
        "llm:\n  temperature: 3",
        "llm:\n  temperature: -0.1",
        "llm:\n  temperature: warm",
        "llm:\n  fallbacks: {a: b}",
        "llm:\n  effort: extreme",
        "llm:\n  effort: 3",
        "llm:\n  api: completions",
        "llm:\n  max_retries: 21",
        "llm:\n  max_retries: -1",
        "llm:\n  base_url: ftp://files",
        "llm:\n  base_url: http://me:secret@host",
        "llm:\n  timeouts: 3s",
        "llm:\n  timeouts: {connect: 3}",
        "llm:\n  timeouts: {conect: 3s}",
        "llm.model: qwen3:8b",
        "agent:\n  max_turns: none",
        "mode: production"
      })
  void aWrongFileIsRefusedByTheSchemaAndByTheReader(String yaml) throws IOException {
    assertThat(schema("config.schema.json").validate(tree(yaml))).isNotEmpty();
    assertThat(read(yaml).problems()).isNotEmpty();
  }

  static JsonSchema schema(String name) throws IOException {
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(Files.readString(REFERENCE.resolve(name)));
  }

  private static JsonNode tree(String yaml) {
    Object loaded = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return new ObjectMapper().valueToTree(Objects.requireNonNullElse(loaded, Map.of()));
  }

  private Resolved read(String yaml) throws IOException {
    Files.writeString(home.resolve("config.yaml"), yaml);
    return Cascade.resolve(
        OnADay.of(
            Map.of("STIGMER_HOME", home.toString(), "MY_KEY", "k", "MY_MODE", "local"),
            home,
            "stigmer run"));
  }
}
