package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigEditorTest {
  private static final String KEPT =
      """
      # mine
      mode: local   # for now
      other: {keep: "this"}

      llm:
          # the big one
          model: 'qwen3:8b'   # fast enough
          timeouts:
              idle: 90s
      agent:
        max_turns: 7
      # the end
      """;

  @TempDir Path folder = Path.of("");

  @Test
  void aNewFileIsForItsOwnerOnlyAndHoldsNothingElse() throws IOException {
    Path file = folder.resolve("new/config.yaml");
    new ConfigEditor(file).set("llm.model", "qwen3:8b");
    assertThat(file).hasContent("llm:\n  model: qwen3:8b\n");
    assertThat(rights(file)).isEqualTo("rw-------");
    assertThat(files(folder.resolve("new"))).containsExactly("config.yaml");
  }

  @Test
  void aFileThatOthersCouldReadIsClosedWhenItIsWritten() throws IOException {
    Path file = file("llm:\n  model: a\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    new ConfigEditor(file).set("llm.model", "b");
    assertThat(rights(file)).isEqualTo("rw-------");
  }

  @Test
  void onlyTheValueChangesAndEveryCommentStays() throws IOException {
    Path file = file(KEPT);
    new ConfigEditor(file).set("llm.model", "llama3.2:3b");
    assertThat(file).content().isEqualTo(KEPT.replace("'qwen3:8b'", "llama3.2:3b"));
  }

  @Test
  void aNewKeyTakesTheIndentationOfItsSection() throws IOException {
    Path file = file(KEPT);
    new ConfigEditor(file).set("llm.max_tokens", "100");
    assertThat(file).content().isEqualTo(KEPT.replace("llm:\n", "llm:\n    max_tokens: 100\n"));
  }

  @Test
  void aNestedSectionIsFoundAndADeeperOneIsMade() throws IOException {
    Path file = file(KEPT);
    new ConfigEditor(file).set("llm.timeouts.connect", "3s");
    assertThat(file)
        .content()
        .isEqualTo(KEPT.replace("timeouts:\n", "timeouts:\n        connect: 3s\n"));
    Path other = Files.writeString(folder.resolve("other.yaml"), "mode: local");
    new ConfigEditor(other).set("llm.timeouts.connect", "3s");
    assertThat(other).content().isEqualTo("mode: local\nllm:\n  timeouts:\n    connect: 3s\n");
  }

  @Test
  void unsetRemovesTheLineAndNothingElse() throws IOException {
    Path file = file(KEPT);
    new ConfigEditor(file).unset("llm.model");
    assertThat(file)
        .content()
        .isEqualTo(KEPT.replace("    model: 'qwen3:8b'   # fast enough\n", ""));
  }

  @Test
  void unsetOfTheLastKeyLeavesAFileThatIsStillRight() throws IOException {
    Path file = file("llm:\n  model: a\n");
    new ConfigEditor(file).unset("llm.model");
    assertThat(file).content().isEqualTo("llm:\n");
    assertThat(read(file).problems()).isEmpty();
    new ConfigEditor(file).set("llm.provider", "ollama");
    assertThat(file).content().isEqualTo("llm:\n  provider: ollama\n");
  }

  @Test
  void unsetOfAKeyThatIsNotThereTouchesNothing() throws IOException {
    Path file = file(KEPT);
    Object before = Files.getLastModifiedTime(file);
    new ConfigEditor(file).unset("llm.base_url");
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(before);
    new ConfigEditor(folder.resolve("none.yaml")).unset("llm.base_url");
    assertThat(folder.resolve("none.yaml")).doesNotExist();
  }

  @ParameterizedTest(name = "{0} + {1}={2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "llm: {provider: ollama} # x\\n | llm.model | a | llm: {model: a, provider: ollama} # x\\n",
        "llm: {}\\n | llm.timeouts.idle | 3s | llm: {timeouts: {idle: 3s}}\\n",
        "{llm: {model: a}}\\n | llm.model | b | {llm: {model: b}}\\n",
        "llm:\\n  model:\\n  provider: ollama\\n | llm.model | a | llm:\\n  model: a\\n  provider: ollama\\n",
        "llm:\\n  model: >\\n    a\\n  provider: ollama\\n | llm.model | b | llm:\\n  model: b\\n  provider: ollama\\n",
        "llm: # all\\n | llm.model | a | llm: # all\\n  model: a\\n",
        "\"llm\":\\n  \"model\": \"ä\" # ö\\n | llm.model | b | \"llm\":\\n  \"model\": b # ö\\n",
        "llm:\\n  model: 😀a # x\\n | llm.model | b | llm:\\n  model: b # x\\n",
        "# nothing\\n | mode | cloud | # nothing\\nmode: cloud\\n",
      })
  void unusualFilesAreChangedInPlace(String before, String key, String value, String after)
      throws IOException {
    Path file = file(before.replace("\\n", "\n"));
    new ConfigEditor(file).set(key, value);
    assertThat(file).content().isEqualTo(after.replace("\\n", "\n"));
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "llm.max_tokens, 8k, E104",
    "llm.temperature, 3, E105",
    "llm.context_length, -1, E116",
    "llm.timeouts.idle, soon, E117",
    "agent.max_turns, 0, E118",
    "mode, production, E109",
    "llm.provider, gemini, E102",
    "llm.base_url, ftp://files, E114",
    "llm.base_url, http://me:secret@host, E114",
    "llm.model, ollama/, E115",
    "llm.api_key, two words, E108",
    "llm.model, '  ', E131",
    "llm.modle, x, E106",
  })
  void aWrongValueIsRefusedAndTheFileStaysAsItWas(String key, String value, String code)
      throws IOException {
    Path file = file(KEPT);
    assertThat(refusal(file, key, value)).isEqualTo(code);
    assertThat(file).content().isEqualTo(KEPT);
    assertThat(files(folder)).containsExactly("config.yaml");
    assertThat(refusal(folder.resolve("none.yaml"), key, value)).isEqualTo(code);
    assertThat(folder.resolve("none.yaml")).doesNotExist();
  }

  @Test
  void aFileThatIsNotValidIsNotTouched() throws IOException {
    Path file = file("llm: [\n");
    assertThat(refusal(file, "llm.model", "a")).isEqualTo("E119");
    assertThat(file).hasContent("llm: [\n");
  }

  @Test
  void whatCannotBeChangedInPlaceIsLeftToThePerson() throws IOException {
    for (String text :
        List.of("llm: ~\n", "llm: ollama\n", "? llm\n: model: a\n", "mode: local\n...\n")) {
      Path file = file(text);
      assertThat(refusal(file, "llm.provider", "ollama")).as(text).isEqualTo("E128");
      assertThat(file).content().isEqualTo(text);
    }
  }

  @Test
  void aReferenceIsWrittenAsItIs() throws IOException {
    Path file = folder.resolve("config.yaml");
    new ConfigEditor(file).set("llm.api_key", "${env:MY_KEY}");
    assertThat(file).hasContent("llm:\n  api_key: \"${env:MY_KEY}\"\n");
  }

  @Test
  void aLinkStaysALinkAndItsTargetIsWritten() throws IOException {
    Path target = Files.writeString(folder.resolve("dotfile.yaml"), "mode: local\n");
    Path link = Files.createSymbolicLink(folder.resolve("config.yaml"), target);
    new ConfigEditor(link).set("mode", "cloud");
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("mode: cloud\n");
  }

  @Test
  void whoHasTheOldFileOpenReadsItToItsEnd() throws IOException {
    Path file = file("mode: local\n");
    try (InputStream old = Files.newInputStream(file)) {
      new ConfigEditor(file).set("mode", "cloud");
      assertThat(new String(old.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("mode: local\n");
    }
    assertThat(file).hasContent("mode: cloud\n");
    assertThat(files(folder)).containsExactly("config.yaml");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "");
    Path file = plain.resolve("config.yaml");
    assertThatThrownBy(() -> new ConfigEditor(file).set("mode", "local"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E128");
  }

  @Test
  void theFileThatAnEditorOpensIsForItsOwnerOnlyAndSetsNothing() throws IOException {
    Path file = folder.resolve("config.yaml");
    new ConfigEditor(file).create();
    assertThat(rights(file)).isEqualTo("rw-------");
    assertThat(read(file).toJson()).doesNotContain("\"layer\":\"file\"");
    Files.writeString(file, "mode: cloud\n");
    new ConfigEditor(file).create();
    assertThat(file).hasContent("mode: cloud\n");
  }

  @Property(tries = 300)
  void whatIsSetIsReadBackAndAllElseStays(
      @ForAll("texts") String before, @ForAll("changes") List<Map.Entry<String, String>> changes)
      throws IOException {
    Path home = Files.createTempDirectory("stigmer-edit");
    Path file = Files.writeString(home.resolve("config.yaml"), before);
    var expected = new LinkedHashMap<>(values(file));
    for (Map.Entry<String, String> change : changes) {
      new ConfigEditor(file).set(change.getKey(), change.getValue());
      expected.put(change.getKey(), change.getValue());
      assertThat(values(file)).isEqualTo(expected);
    }
    comments(before).forEach(comment -> assertThat(file).content().contains(comment));
    for (Map.Entry<String, String> change : changes) {
      new ConfigEditor(file).unset(change.getKey());
      expected.remove(change.getKey());
      assertThat(values(file)).isEqualTo(expected);
    }
    Files.delete(file);
    Files.delete(home);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
        "",
        KEPT,
        "llm: {provider: ollama} # one\n",
        "# top\nllm:\n  # in\n  model: a # two\n\n\nagent: {}\n",
        "llm:\n      model: >-\n        folded\n        text\n      # three\n",
        "llm:\n  model: a\n# four");
  }

  @Provide
  Arbitrary<List<Map.Entry<String, String>>> changes() {
    return Arbitraries.of(
            Map.entry("llm.model", "qwen3:8b"),
            Map.entry("llm.model", "null"),
            Map.entry("llm.model", "a \"b\" \\ #c"),
            Map.entry("llm.model", "- x: {y}"),
            Map.entry("llm.provider", "openai"),
            Map.entry("llm.base_url", "http://[::1]:1"),
            Map.entry("llm.api_key", "${file:/a b}"),
            Map.entry("llm.timeouts.idle", "3s"),
            Map.entry("llm.max_tokens", "5"),
            Map.entry("agent.max_turns", "3"),
            Map.entry("mode", "cloud"))
        .list()
        .ofMaxSize(6);
  }

  private static Map<String, String> values(Path file) throws IOException {
    var values = new LinkedHashMap<String, String>();
    KeyFile.parse(Files.readString(file)).entries().values().stream()
        .filter(entry -> entry.form() == KeyFile.Form.VALUE)
        .forEach(entry -> values.put(entry.key(), entry.text()));
    return values;
  }

  /** The comments of lines that hold no value; that of a value is its own. */
  private static Stream<String> comments(String text) {
    return text.lines().filter(line -> line.strip().startsWith("#"));
  }

  private static String refusal(Path file, String key, String value) {
    ProblemException refused =
        catchThrowableOfType(ProblemException.class, () -> new ConfigEditor(file).set(key, value));
    assertThat(refused.getMessage()).doesNotContain("secret");
    return refused.problem().code();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("config.yaml"), text);
  }

  private static Resolved read(Path file) {
    return Cascade.resolve(OnADay.of(Map.of(), file, "stigmer run").configFile(file));
  }

  private static String rights(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
