package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program gets JSON that fits its schema, or an exit status. */
class StructuredOutputTest {
  @TempDir Path folder = Path.of("");

  @Test
  void onStandardOutputStandsTheJsonAndNothingElse() throws Exception {
    var formats = new ArrayList<String>();
    try (WorkingRun run =
        new WorkingRun(
            folder,
            body -> {
              formats.add(body.path("format").toString());
              return switch (WorkingRun.assistants(body)) {
                case 0 ->
                    WorkingRun.call("execute", "command", "true").andText("Let me look first.");
                case 1 -> Answer.text("It is one.");
                default -> Answer.text("```json\n{\"n\": 1}\n```");
              };
            })) {
      Ended ended = run.stigmer().run(command(run));
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).isEqualTo("{\"n\": 1}\n");
      assertThat(ended.err()).contains("W404").doesNotContain("SLF4J");
      // Held to the schema from the start, a model behind Ollama could call no tool.
      assertThat(formats).hasSize(3).startsWith("", "");
      assertThat(formats.getLast())
          .isEqualTo(
              "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},"
                  + "\"required\":[\"n\"],\"additionalProperties\":false}");
    }
  }

  @Test
  void anAnswerThatNeverFitsEndsWithItsFaultsAndCanBeTriedAgain() throws Exception {
    try (WorkingRun run =
        new WorkingRun(
            folder, body -> Answer.text(WorkingRun.assistants(body) < 2 ? "no" : "{\"n\": 2}"))) {
      Ended ended = run.stigmer().run(command(run));
      assertThat(ended.status()).isEqualTo(6);
      assertThat(ended.out()).isEmpty();
      assertThat(ended.err()).contains("E308", "not one JSON value");
    }
  }

  @Test
  void aSchemaThatCannotBeUsedIsRefusedBeforeAnythingIsAsked() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, _ -> Answer.text("never"))) {
      String[] command = command(run);
      Files.writeString(folder.resolve("schema.json"), "{\"type\":\"strange\"}");
      Ended ended = run.stigmer().run(command);
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.err()).contains("E007");
    }
  }

  private String[] command(WorkingRun run) throws Exception {
    Path schema = folder.resolve("schema.json");
    Files.writeString(
        schema,
        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}");
    var line = new ArrayList<>(List.of(run.command()));
    line.addAll(1, List.of("--json-schema", schema.toString()));
    return line.toArray(String[]::new);
  }
}
