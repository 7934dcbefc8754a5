package ai.stigmer.server;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.Answer.Call;
import ai.stigmer.testkit.ollama.Scenario;

/** What models say in runs that are looked at. */
final class ConsoleScenes {
  private ConsoleScenes() {}

  /** Todos, files, a sub-agent, an error and an answer; then a run that asks for a command. */
  static Scenario tidying() {
    return Scenario.of(
        Answer.empty()
            .andThinking("The user wants a summary first. I had better look at what is there.")
            .andText("I will look at the folder, then have somebody find out what is old.")
            .andCalls(
                Call.bare("write_todos", todos("in_progress", "pending")),
                Call.bare("ls", "{\"path\":\"/\"}"),
                Call.bare("read_file", "{\"file_path\":\"/week-47.md\"}"))
            .tokens(1_204, 96),
        Answer.call(
                "task",
                "{\"description\":\"Find out which notes are older than a month.\",\"subagent_type\":\"scout\"}")
            .tokens(1_502, 41),
        Answer.call("glob", "{\"pattern\":\"**/*.md\"}").tokens(300, 12),
        Answer.text("There are no notes older than a month.").tokens(380, 15),
        Answer.call("write_todos", todos("completed", "completed")).tokens(1_688, 60),
        Answer.text(
                "The folder is tidy.\n\n",
                "There was nothing to summarise: the folder holds no note of this week, and nothing",
                " older than a month either. I changed nothing.")
            .tokens(1_771, 48),
        Answer.text("I will count them.")
            .andCalls(Call.bare("execute", "{\"command\":\"wc -l *.md | sort -n\"}"))
            .tokens(900, 30));
  }

  private static String todos(String first, String second) {
    return "{\"todos\":[{\"content\":\"Read the notes of this week\",\"status\":\"%s\"},"
            .formatted(first)
        + "{\"content\":\"Find notes that are older than a month\",\"status\":\"%s\"},"
            .formatted(second)
        + "{\"content\":\"Write the summary\",\"status\":\"%s\"}]}".formatted(second);
  }
}
