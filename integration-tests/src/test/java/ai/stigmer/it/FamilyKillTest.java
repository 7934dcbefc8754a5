package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with sub-agents whose process is killed, and their resumption in another one. */
class FamilyKillTest {
  private static final int SIGKILLED = 137;
  private static final int AT_ONCE = 4;

  /** Start, turn, two intents, two announcements, two ends, two outcomes, turn, end. */
  private static final int PARENTS = 12;

  @TempDir Path folder = Path.of("");

  @Test
  void aChildKilledAtStepSevenOfTenIsAskedTenTimesInAll() throws Exception {
    // Given: start, turn, intent, announcement; the child's start, six steps of three, a turn
    int seventhTurn = 4 + 1 + 6 * 3 + 1;
    try (Family family = new Family(folder.resolve("seven"), 10, "alpha")) {
      assertThat(family.start("after:" + seventhTurn).status()).isEqualTo(SIGKILLED);
      assertThat(family.asked("alpha")).isEqualTo(7);
      // When
      Ended resumed = family.resume();
      // Then
      assertThat(resumed.status()).as(resumed.err()).isZero();
      assertThat(resumed.out()).isEqualTo("[alpha is done]\n");
      assertThat(family.asked("alpha")).isEqualTo(10);
      assertThat(family.asked("delegate")).isEqualTo(2);
    }
  }

  @Test
  void twoChildrenKilledAnywhereGoOnAndTheTreeSpendsWhatAnUndisturbedOneDoes() throws Exception {
    // Given
    String spent;
    try (Family undisturbed = new Family(folder.resolve("undisturbed"), 3, "alpha", "beta")) {
      Ended ended = undisturbed.start("never");
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).isEqualTo("[alpha is done][beta is done]\n");
      spent = Family.spent(ended);
      assertThat(spent).isEqualTo("19,000 tokens in, 19 out");
    }
    int appends = PARENTS + 2 * (1 + 2 * 3 + 1 + 1);
    // When
    var points = new ArrayList<Callable<Boolean>>();
    for (int n = 2; n <= appends; n++) {
      String after = "after:" + n;
      points.add(() -> isHarmless(after, spent));
      String before = "before:" + n;
      points.add(() -> isHarmless(before, spent));
    }
    // Then
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<Boolean> done : pool.invokeAll(points)) {
        assertThat(done.get()).isTrue();
      }
    }
  }

  private boolean isHarmless(String kill, String spent) throws IOException {
    try (Family family = new Family(folder.resolve(kill.replace(':', '-')), 3, "alpha", "beta")) {
      assertThat(family.start(kill).status()).as(kill).isEqualTo(SIGKILLED);
      List<String> finished = family.finished();
      Map<String, Long> before = family.askedByTask();
      Ended resumed = family.resume();
      assertThat(resumed.status()).as(kill + resumed.err()).isZero();
      assertThat(resumed.out()).as(kill).isEqualTo("[alpha is done][beta is done]\n");
      assertThat(Family.spent(resumed)).as(kill).isEqualTo(spent);
      for (String task : List.of("alpha", "beta")) {
        // A killed process can lose the one answer that it had not recorded yet.
        assertThat(family.asked(task)).as(kill).isBetween(3L, 4L);
        assertThat(Files.readString(family.workspace.resolve(task + "1"))).isEqualTo(task);
      }
      for (String task : finished) {
        assertThat(family.askedByTask().get(task)).as(kill).isEqualTo(before.get(task));
      }
      return true;
    }
  }

  /** A home, a workspace and a server for a parent that delegates and children that write files. */
  private static final class Family implements AutoCloseable {
    private static final Pattern TOKENS = Pattern.compile("[0-9,]+ tokens in, [0-9,]+ out");

    private final Path folder;
    private final Path workspace;
    private final FakeOllama ollama;
    private final int steps;
    private final List<String> tasks;

    Family(Path folder, int steps, String... tasks) throws IOException {
      this.folder = folder;
      this.steps = steps;
      this.tasks = List.of(tasks);
      this.workspace = Files.createDirectories(folder.resolve("workspace"));
      this.ollama =
          FakeOllama.start(
              Scenario.answering(this::answer)
                  .models(InstalledModel.withTools("qwen3:8b", 32_768)));
    }

    private Answer answer(JsonNode body) {
      int step = WorkingRun.assistants(body);
      String task = task(body);
      if (!task.equals("delegate")) {
        return step == steps - 1
            ? Answer.text(task + " is done").tokens(3_000, 3)
            : WorkingRun.call("write_file", "file_path", "/" + task + step, "content", task)
                .tokens(2_000, 2);
      }
      if (step == 0) {
        return Answer.empty()
            .andCalls(tasks.stream().map(Family::delegation).toArray(Answer.Call[]::new))
            .tokens(1_000, 1);
      }
      var told = new StringBuilder();
      for (JsonNode message : body.path("messages")) {
        if (message.path("role").asText().equals("tool")) {
          told.append('[').append(message.path("content").asText()).append(']');
        }
      }
      return Answer.text(told.toString()).tokens(4_000, 4);
    }

    private static Answer.Call delegation(String task) {
      return Answer.Call.bare(
          "task", "{\"description\":\"" + task + "\",\"subagent_type\":\"general-purpose\"}");
    }

    private static String task(JsonNode body) {
      for (JsonNode message : body.path("messages")) {
        if (message.path("role").asText().equals("user")) {
          return message.path("content").asText();
        }
      }
      return "";
    }

    Ended start(String kill) {
      return StigmerProcess.in(folder)
          .withMain(KillingMain.class.getName())
          .run(
              kill,
              "run",
              "--base-url",
              ollama.baseUrl(),
              "-m",
              "qwen3:8b",
              "--context-length",
              "32768",
              "--workspace",
              workspace.toString(),
              "delegate");
    }

    Ended resume() {
      return StigmerProcess.in(folder).run("resume", "last");
    }

    /** The tokens of the whole tree, as the run's last lines tell them. */
    static String spent(Ended ended) {
      Matcher told = TOKENS.matcher(ended.err());
      String last = "";
      while (told.find()) {
        last = told.group();
      }
      return last;
    }

    long asked(String task) {
      return askedByTask().getOrDefault(task, 0L);
    }

    Map<String, Long> askedByTask() {
      return ollama.chats().stream()
          .map(RecordedRequest::body)
          .collect(Collectors.groupingBy(Family::task, Collectors.counting()));
    }

    /** The tasks whose sub-agents the parent knows to be done. */
    List<String> finished() {
      String export = StigmerProcess.in(folder).run("sessions", "export", "last").out();
      return tasks.stream()
          .filter(
              task ->
                  export
                      .lines()
                      .anyMatch(
                          line ->
                              line.contains("\"child_finished\"")
                                  && line.contains(task + " is done")))
          .toList();
    }

    @Override
    public void close() {
      ollama.close();
    }
  }
}
