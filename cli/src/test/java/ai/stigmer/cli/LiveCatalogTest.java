package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.OfferedModel;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the endpoints tell now, beside what the dated file says. */
class LiveCatalogTest {
  private static final String NOWHERE = "http://127.0.0.1:1";
  private static final String KEY = "canary-0123456789";

  @TempDir Path home = Path.of("");

  @Test
  void anthropicsListRefreshesLimitsAndEndsAndLeavesPricesToTheFile() throws IOException {
    var scenario =
        ai.stigmer.testkit.anthropic.Scenario.of()
            .models(
                new OfferedModel(
                    "claude-opus-5-5", 2_000_000, 64_000, "active", java.util.Optional.empty()),
                OfferedModel.active("claude-next"),
                OfferedModel.active("claude-opus-5")
                    .retiring("deprecated", "2027-01-15T00:00:00Z"));
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      Shell shell =
          shell().export("ANTHROPIC_BASE_URL", server.baseUrl()).export("ANTHROPIC_API_KEY", KEY);

      JsonNode models = list(shell, "anthropic");

      JsonNode opus = model(models, "claude-opus-5-5");
      assertThat(opus.path("context").asLong()).isEqualTo(2_000_000);
      assertThat(opus.path("max_output").asLong()).isEqualTo(64_000);
      assertThat(opus.path("prices").path(0).path("input").asInt()).isEqualTo(4);
      assertThat(opus.path("live").toString()).isEqualTo("[\"id\",\"context\",\"max_output\"]");
      assertThat(model(models, "claude-opus-5").path("retires").asText()).isEqualTo("2027-01-15");
      assertThat(model(models, "claude-next").path("fact").asText()).isEqualTo("2026-11-21");
      assertThat(model(models, "claude-haiku-5-5").path("live")).isEmpty();
      assertThat(shell.stigmer("models", "show", "claude-next")).isZero();
      assertThat(shell.out()).contains("live     id, context, max_output");
      assertThat(shell.err()).isEmpty();
    }
  }

  @Test
  void ollamaTellsWhatIsInstalledAndWhatItCan() throws IOException {
    try (FakeOllama server =
        FakeOllama.start(
            Scenario.of(Answer.empty())
                .models(
                    InstalledModel.withTools("qwen3:8b", 40_960),
                    new InstalledModel("mine:1b", 4_096, List.of("completion"))))) {
      Shell shell = shell().export("OLLAMA_BASE_URL", server.baseUrl());

      JsonNode models = list(shell, "ollama");

      assertThat(model(models, "qwen3:8b").path("context").asLong()).isEqualTo(40_960);
      assertThat(model(models, "mine:1b").path("capabilities").toString())
          .isEqualTo("[\"completion\"]");
      assertThat(shell.stigmer("models", "list", "--provider", "ollama")).isZero();
      assertThat(shell.out())
          .containsPattern("ollama/qwen3:8b \\* +40,960")
          .containsPattern("ollama/mine:1b \\* +4,096")
          .contains("* listed by its endpoint now");
    }
  }

  @Test
  void aCompatibleServersModelsAreThoseOfOpenai() throws IOException {
    try (var server =
        FakeChatCompletions.start(ai.stigmer.testkit.openai.Scenario.of().models("my-own"))) {
      Shell shell = shell().export("OPENAI_BASE_URL", server.baseUrl());
      assertThat(model(list(shell, "openai"), "my-own").path("live").toString())
          .isEqualTo("[\"id\"]");
    }
  }

  @Test
  void anEndpointThatCannotBeReachedIsANoteAndTheFileSpeaks() throws IOException {
    Shell shell = shell().export("OLLAMA_BASE_URL", NOWHERE);
    assertThat(list(shell, "ollama")).isNotEmpty();
    assertThat(shell.err()).startsWith("note: ollama was not asked: no Ollama server");
    assertThat(list(shell, "anthropic")).isNotEmpty();
    assertThat(shell.err()).startsWith("note: anthropic was not asked: anthropic needs an API key");
  }

  @Test
  void offlineNobodyIsAsked() throws IOException {
    try (FakeOllama server = FakeOllama.start(Scenario.of(Answer.empty()))) {
      Shell shell = shell().export("OLLAMA_BASE_URL", server.baseUrl());
      assertThat(shell.stigmer("models", "list", "--offline")).isZero();
      assertThat(shell.stigmer("models", "show", "qwen3:8b", "--offline")).isZero();
      assertThat(shell.err()).isEmpty();
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aKeyThatNamesNoProviderIsShownToItsOwnProviderOnly() throws IOException {
    var offer =
        ai.stigmer.testkit.anthropic.Scenario.of().models(OfferedModel.active("claude-next"));
    try (FakeAnthropic server = FakeAnthropic.start(offer)) {
      Shell shell =
          shell()
              .export("STIGMER_LLM_API_KEY", KEY)
              .export("ANTHROPIC_BASE_URL", server.baseUrl())
              .export("OPENAI_BASE_URL", NOWHERE)
              .export("OLLAMA_BASE_URL", NOWHERE);
      assertThat(shell.stigmer("models", "list")).isZero();
      assertThat(shell.err()).contains("note: anthropic was not asked");
      assertThat(server.requests()).isEmpty();
    }
  }

  private static JsonNode list(Shell shell, String provider) throws IOException {
    assertThat(shell.stigmer("models", "list", "--provider", provider, "--json"))
        .as(shell.err())
        .isZero();
    return new ObjectMapper().readTree(shell.out()).path("models");
  }

  private static JsonNode model(JsonNode models, String id) {
    for (JsonNode model : models) {
      if (model.path("id").asText().equals(id)) {
        return model;
      }
    }
    throw new AssertionError("no model " + id + " in " + models);
  }

  private Shell shell() {
    return new Shell(home);
  }
}
