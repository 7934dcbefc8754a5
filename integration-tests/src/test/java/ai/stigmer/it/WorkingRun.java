package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One home, one workspace and one server for a run that works on files, and its resumptions. */
final class WorkingRun implements AutoCloseable {
  private final Path folder;
  private final Path workspace;
  private final FakeOllama ollama;
  private final Optional<String> database;

  WorkingRun(Path folder, Function<JsonNode, Answer> answers) throws IOException {
    this(folder, answers, Optional.empty());
  }

  /** The same with the journal in a PostgreSQL database. */
  WorkingRun(Path folder, Function<JsonNode, Answer> answers, Optional<String> database)
      throws IOException {
    this.folder = folder;
    this.database = database;
    this.workspace = Files.createDirectories(folder.resolve("workspace"));
    this.ollama =
        FakeOllama.start(
            Scenario.answering(answers).models(InstalledModel.withTools("qwen3:8b", 32_768)));
  }

  /** Ten steps on real files: writing, editing, reading. */
  static Answer tenSteps(JsonNode body) {
    int step = assistants(body);
    return switch (step) {
      case 0, 3, 6 -> call("write_file", "file_path", "/f" + step, "content", "a" + step + "\n");
      case 1, 4, 7 ->
          call(
              "edit_file",
              "file_path",
              "/f" + (step - 1),
              "old_string",
              "a" + (step - 1),
              "new_string",
              "edited" + step);
      case 2, 5, 8 -> call("read_file", "file_path", "/f" + (step - 2));
      case 9 -> call("write_file", "file_path", "/f0", "content", "the end\n");
      default -> Answer.text("All ", "ten ", "done.");
    };
  }

  static Answer call(String tool, String... arguments) {
    var json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < arguments.length; i += 2) {
      json.put(arguments[i], arguments[i + 1]);
    }
    return Answer.call(tool, json.toString());
  }

  /** How many answers of the model a request holds. */
  static int assistants(JsonNode body) {
    int count = 0;
    for (JsonNode message : body.path("messages")) {
      if (message.path("role").asText().equals("assistant")) {
        count++;
      }
    }
    return count;
  }

  Path workspace() {
    return workspace;
  }

  StigmerProcess stigmer() {
    StigmerProcess process = StigmerProcess.in(folder);
    return database.map(url -> process.with("STIGMER_DATABASE_URL", url)).orElse(process);
  }

  /** The words of the command that starts the run. */
  String[] command() {
    return new String[] {
      "run",
      "--base-url",
      ollama.baseUrl(),
      "-m",
      "qwen3:8b",
      "--context-length",
      "32768",
      "--workspace",
      workspace.toString(),
      "--allow-shell",
      "do ten steps"
    };
  }

  Ended resume() {
    return stigmer().run("resume", "last");
  }

  /** The entries that the finished run has: one for each append. */
  int entries() {
    return (int) stigmer().run("sessions", "export", "last").out().lines().count();
  }

  Map<String, String> files() throws IOException {
    try (Stream<Path> files = Files.list(workspace)) {
      return files.collect(
          Collectors.toMap(
              file -> file.getFileName() + "", StigmerProcess::read, (a, b) -> a, TreeMap::new));
    }
  }

  String lastToolAnswer() {
    JsonNode messages = ollama.chats().getLast().body().path("messages");
    return messages.get(messages.size() - 1).path("content").asText();
  }

  /**
   * A killed process can lose an answer that it had not recorded yet; only that one may be asked
   * again.
   */
  void assertAskedAgainAtMost(long most, String name) {
    Map<Integer, Long> asked =
        ollama.chats().stream()
            .map(RecordedRequest::body)
            .collect(Collectors.groupingBy(WorkingRun::assistants, Collectors.counting()));
    long twice = asked.values().stream().filter(count -> count == 2).count();
    assertThat(asked.values()).as(name).allMatch(count -> count <= 2);
    assertThat(twice).as(name).isLessThanOrEqualTo(most);
  }

  @Override
  public void close() {
    ollama.close();
  }
}
