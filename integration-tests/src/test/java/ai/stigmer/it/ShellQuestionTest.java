package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody at a real terminal (a pseudo-terminal of script(1)) is asked before a command runs. */
class ShellQuestionTest {
  private static final String QUESTION =
      "run it? [y]es  [N]o  [a]lways in this run  [e]dit  [r]eason for no >";

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void needsAPseudoTerminal() {
    RealComponents.require(
        "script", () -> RealComponents.runs(List.of("script", "-qec", "true", "/dev/null")));
  }

  @Test
  void aYesRunsOneCommandAndTheNextIsAskedForAgain() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ShellQuestionTest::twoCommands)) {
      Ended ended = atATerminal(run, "y\nn\n");
      assertThat(ended.out()).contains("the agent wants to run:", "echo one >> log");
      assertThat(ended.out().split(Pattern.quote(QUESTION), -1)).hasSize(3);
      assertThat(run.workspace().resolve("log")).hasContent("one");
      assertThat(run.lastToolAnswer()).contains("the user refused this command");
      assertThat(ended.status()).as(ended.out()).isZero();
    }
  }

  @Test
  void alwaysIsAskedOnce() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ShellQuestionTest::twoCommands)) {
      Ended ended = atATerminal(run, "a\n");
      assertThat(ended.out().split(Pattern.quote(QUESTION), -1)).hasSize(2);
      assertThat(run.workspace().resolve("log")).hasContent("one\ntwo");
    }
  }

  @Test
  void anythingElseIsANo() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ShellQuestionTest::twoCommands)) {
      atATerminal(run, "\nyess\n");
      assertThat(run.workspace().resolve("log")).doesNotExist();
    }
  }

  @Test
  void anotherCommandCanBeTypedInItsPlaceAndANoCanHaveAReason() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ShellQuestionTest::twoCommands)) {
      atATerminal(run, "e\necho three >> log\nr\nnot today\n");
      assertThat(run.workspace().resolve("log")).hasContent("three");
      assertThat(run.lastToolAnswer()).contains("not today");
    }
  }

  private static Answer twoCommands(JsonNode body) {
    return switch (WorkingRun.assistants(body)) {
      case 0 -> WorkingRun.call("execute", "command", "echo one >> log");
      case 1 -> WorkingRun.call("execute", "command", "echo two >> log");
      default -> Answer.text("done");
    };
  }

  /** What is typed is there before the question; a terminal keeps it. */
  private static Ended atATerminal(WorkingRun run, String typed) {
    StigmerProcess stigmer = run.stigmer().withStdin(typed);
    String command =
        stigmer.line(run.command()).stream()
            .filter(word -> !word.equals("--allow-shell"))
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    return stigmer.runOther(List.of("script", "-qec", command, "/dev/null"));
  }
}
