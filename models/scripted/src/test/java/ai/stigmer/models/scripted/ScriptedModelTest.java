package ai.stigmer.models.scripted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.models.scripted.Scenario.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptedModelTest {
  private static final Tool ECHO =
      Tool.named("echo")
          .describedAs("Says it again.")
          .string("text", "what to say")
          .readOnly()
          .calling(args -> "echo " + args.string("text"));

  @TempDir Path folder;

  @Test
  void aScenarioIsPlayedTurnByTurn() {
    RunResult result =
        run(
            Scenario.of(
                Turn.calls("echo", "{\"text\":\"a\"}").and("echo", "{\"text\":\"b\"}"),
                Turn.says("both came back").expecting("echo a", "echo b")));
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("both came back"));
  }

  @Test
  void anUnmetExpectationFailsTheRunAndSaysWhatWasSeen() {
    RunResult result =
        run(
            Scenario.of(
                Turn.calls("echo", "{\"text\":\"a\"}"), Turn.says("never").expecting("echo z")));
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Failed.class,
            failed -> {
              assertThat(failed.problem().code()).isEqualTo("E601");
              assertThat(failed.problem().from())
                  .contains("expected: \"echo z\"", "seen: OK \"echo a\"");
            });
  }

  @Test
  void aPlayThatIsTooShortSaysSo() {
    RunResult result = run(Scenario.of(Turn.calls("echo", "{\"text\":\"a\"}")));
    assertThat(((RunEnd.Failed) result.end()).problem().code()).isEqualTo("E602");
  }

  @Test
  void aScenarioFileIsRead() throws IOException {
    Path file =
        write(
            """
            turns:
              - thinking: hm
                calls:
                  - tool: echo
                    arguments: {text: hello}
              - expect:
                  - contains: echo hello
                    status: ok
                text: The end.
            """);
    assertThat(run(Scenario.read(file)).end()).isEqualTo(new RunEnd.Completed("The end."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "turns: []",
        "turns: x",
        "turns: [1]",
        "- a",
        "turns:\n - {txet: x}",
        "turns: [unclosed",
        "turns:\n - {calls: [{arguments: {}}]}",
        "turns:\n - {text: a, delay_ms: soon}",
        "turns:\n - {text: a, expect: [{status: great}]}"
      })
  void aFileThatIsNoScenarioIsRefusedByName(String text) throws IOException {
    Path file = write(text);
    assertThatThrownBy(() -> Scenario.read(file)).hasMessageContaining("E603");
  }

  private static RunResult run(Scenario scenario) {
    return Graphton.with(ScriptedModel.of(scenario))
        .run(Agent.named("a").tools(ECHO).build(), "go");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("scenario.yaml"), text);
  }
}
