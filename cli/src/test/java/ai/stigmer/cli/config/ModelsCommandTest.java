package ai.stigmer.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.cli.Shell;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path home = Path.of("");
  private Shell shell = new Shell(Path.of(""));

  @BeforeEach
  void open() {
    shell = new Shell(home);
  }

  @Test
  void theListShowsLimitsPricesAndRetirements() {
    assertThat(shell.stigmer("models", "list", "--offline")).isZero();
    assertThat(shell.out())
        .containsPattern("anthropic/claude-opus-5-5 +1,000,000 +128,000 +4 +20")
        .containsPattern("claude-sonnet-4-5-20250929 +- +- +- +-  retires 2026-11-30")
        .contains("ollama/qwen3:8b", "openai/gpt-6.1-sol", "as of 2026-11-20");
    assertThat(shell.stigmer("models", "list", "--offline", "--provider", "openai")).isZero();
    assertThat(shell.out()).contains("openai/gpt-6.1-sol").doesNotContain("claude", "qwen");
  }

  @Test
  void theListIsJsonForPrograms() throws IOException {
    assertThat(shell.stigmer("models", "list", "--provider", "anthropic", "--offline", "--json"))
        .isZero();
    JsonNode models = JSON.readTree(shell.out()).path("models");
    assertThat(models.size()).isGreaterThan(10);
    assertThat(models)
        .allSatisfy(m -> assertThat(m.path("provider").asText()).isEqualTo("anthropic"));
  }

  @Test
  void oneModelIsShownByItsIdAliasOrWithItsProvider() throws IOException {
    for (String name :
        new String[] {"claude-haiku-5-5", "claude-haiku-5.5", "anthropic/claude-haiku-5-5"}) {
      assertThat(shell.stigmer("models", "show", "--offline", name)).isZero();
      assertThat(shell.out())
          .startsWith("model    anthropic/claude-haiku-5-5\n")
          .contains("$0.10 in, $0.50 out, $0.01 from the cache", "prompts up to 100,000")
          .contains("as of    2026-11-20");
    }
    assertThat(shell.stigmer("models", "show", "--offline", "claude-haiku-5-5", "--json")).isZero();
    assertThat(JSON.readTree(shell.out()).path("prices").path(1).path("input").asDouble())
        .isEqualTo(0.5);
  }

  @Test
  void aPriceThatIsNotKnownIsNeverShownAsNothing() {
    assertThat(shell.stigmer("models", "show", "--offline", "gpt-6.1-sol")).isZero();
    assertThat(shell.out()).contains("$2 in, $10 out, $0.10 from the cache, $- to the cache");
    assertThat(shell.stigmer("models", "show", "--offline", "qwen3.5")).isZero();
    assertThat(shell.out()).doesNotContain("price", "$");
  }

  @Test
  void anUnknownModelNamesTheNearest() {
    assertThat(shell.stigmer("models", "show", "--offline", "claude-opus-5-6")).isEqualTo(2);
    assertThat(shell.err()).contains("error[E307]", "did you mean claude-opus-5-5?");
    assertThat(shell.stigmer("models", "show", "--offline", "openai/claude-opus-5-5")).isEqualTo(2);
  }

  @Test
  void theShorterNamesAreListed() throws IOException {
    assertThat(shell.stigmer("models", "aliases")).isZero();
    assertThat(shell.out())
        .containsPattern("anthropic +claude-sonnet-4.5 +claude-sonnet-4-5-20250929")
        .containsPattern("ollama +llama3.2 +llama3.2:3b");
    assertThat(shell.stigmer("models", "aliases", "--json")).isZero();
    assertThat(JSON.readTree(shell.out()).path("ollama").path("llama3.2").asText())
        .isEqualTo("llama3.2:3b");
  }

  @Test
  void withoutAWordItSaysWhichThereAre() {
    assertThat(shell.stigmer("models")).isEqualTo(2);
    assertThat(shell.err()).contains("list, show MODEL or aliases");
  }
}
