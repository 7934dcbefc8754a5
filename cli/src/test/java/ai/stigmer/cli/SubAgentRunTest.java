package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with sub-agents, and with budgets, as people see them. */
class SubAgentRunTest {
  private static final Answer DELEGATION =
      Answer.call("task", "{\"description\":\"look\",\"subagent_type\":\"general-purpose\"}");

  @TempDir Path folder = Path.of("");

  @Test
  void aSubAgentIsShownUnderItsRunWithWhatItUsed() {
    // Given
    try (FakeOllama server =
        server(DELEGATION, Answer.call("ls", "{}"), Answer.text("seen"), Answer.text("I see."))) {
      Shell shell = shell(server);
      // When
      int status = run(shell);
      // Then
      assertThat(status).as(shell.err()).isZero();
      assertThat(shell.out()).isEqualTo("I see.\n");
      assertThat(shell.err())
          .contains("  general-purpose: begins\n", "  general-purpose: ✓ ls")
          .contains("  general-purpose: completed · 2 turns · ", "✓ task look");
      // When
      shell.stigmer("sessions", "list");
      // Then
      assertThat(shell.out().lines().toList())
          .satisfiesExactly(
              root -> assertThat(root).contains("completed", "2 turns", "go"),
              child -> assertThat(child).startsWith("  ").contains("completed", "2 turns", "look"));
      String child = shell.out().lines().toList().getLast().strip().split(" ", 2)[0];
      // When
      shell.stigmer("sessions", "show", "last");
      // Then
      assertThat(shell.out())
          .contains("sub-agent general-purpose begins: run " + child)
          .contains("used by each\n  assistant ", "\n    general-purpose " + child);
      // When
      int resumed = shell.stigmer("resume", child);
      // Then
      assertThat(resumed).isEqualTo(2);
      assertThat(shell.err()).contains("E816", "stigmer resume " + child.split("_", 2)[0]);
    }
  }

  @Test
  void aRunThatSpentItsBudgetInASubAgentGoesOnThereWithMore() {
    // Given
    try (FakeOllama server =
        server(
            DELEGATION,
            Answer.call("ls", "{}"),
            Answer.call("glob", "{\"pattern\":\"*\"}"),
            Answer.text("seen"),
            Answer.text("I see."))) {
      Shell shell = shell(server);
      assertThat(run(shell, "--max-model-calls", "3")).isEqualTo(8);
      assertThat(shell.err())
          .contains("stopped:model_calls", "E810")
          .containsPattern("stigmer resume \\d\\S+ --max-model-calls 6")
          .doesNotContain("go on with:");
      // When
      int status = shell.stigmer("resume", "last", "--max-model-calls", "6");
      // Then
      assertThat(status).as(shell.err()).isZero();
      assertThat(shell.out()).isEqualTo("I see.\n");
      assertThat(shell.err()).contains("  general-purpose: goes on after entry ");
      assertThat(server.chats()).hasSize(5);
    }
  }

  @Test
  void aBudgetOfMoneyWithoutAPriceIsRefusedBeforeTheRun() {
    // Given
    try (FakeOllama server = server()) {
      Shell shell =
          shell(server)
              .export("STIGMER_LLM_PROVIDER", "openai")
              .export("STIGMER_LLM_MODEL", "house-model");
      // When
      int status = run(shell, "--max-cost", "1.50");
      // Then
      assertThat(status).isEqualTo(3);
      assertThat(shell.err())
          .contains("E815", "openai/house-model", "budget.cost_usd is 1.50", "--max-total-tokens");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aWrongBudgetForAResumeIsRefused() {
    try (FakeOllama server = server(Answer.text("done"))) {
      Shell shell = shell(server);
      assertThat(run(shell)).isZero();
      assertThat(shell.stigmer("resume", "last", "--max-cost", "much")).isEqualTo(3);
      assertThat(shell.err()).contains("E118", "--max-cost");
    }
  }

  private static FakeOllama server(Answer... answers) {
    return FakeOllama.start(
        Scenario.of(answers).models(InstalledModel.withTools("qwen3:8b", 32_768)));
  }

  private Shell shell(FakeOllama server) {
    return new Shell(folder.resolve("home"))
        .export("STIGMER_LLM_BASE_URL", server.baseUrl())
        .export("STIGMER_LLM_MODEL", "qwen3:8b");
  }

  private int run(Shell shell, String... flags) {
    var words = new ArrayList<>(List.of("run", "--workspace"));
    words.add(workspace());
    words.addAll(List.of(flags));
    words.add("go");
    return shell.stigmer(words.toArray(String[]::new));
  }

  private String workspace() {
    try {
      return Files.createDirectories(folder.resolve("work")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
