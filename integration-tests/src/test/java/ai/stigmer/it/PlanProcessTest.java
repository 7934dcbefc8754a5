package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan is approved by other processes and at a terminal, and processes die in between. */
class PlanProcessTest {
  private static final int SIGKILLED = 137;
  private static final int AT_ONCE = 4;

  /** Intent, outcome, turn, intent, outcome of the edit, turn, outcome, and the end. */
  private static final int APPENDS_FROM_THE_DECISION = 8;

  @TempDir Path folder = Path.of("");

  @Test
  void aRunKilledAnywhereBetweenTheApprovalAndTheEndLeavesModePlanOnce() throws Exception {
    var points = new ArrayList<Callable<String>>();
    for (int n = 1; n <= APPENDS_FROM_THE_DECISION; n++) {
      for (String when : List.of("before:" + n, "after:" + n)) {
        points.add(() -> killedAt(when));
      }
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<String> done : pool.invokeAll(points)) {
        assertThat(done.get()).isNotEmpty();
      }
    }
  }

  private String killedAt(String when) throws Exception {
    try (WorkingRun run =
        new WorkingRun(folder.resolve(when.replace(':', '-')), PlanProcessTest::planned)) {
      assertThat(waiting(run).status()).as(when).isEqualTo(7);
      Ended approved = run.stigmer().run("approvals", "approve", "last");
      assertThat(approved.status()).as(approved.err()).isZero();
      Ended killed =
          run.stigmer().withMain(KillingMain.class.getName()).run(when, "resume", "last");
      assertThat(killed.status()).as(when + killed.err()).isEqualTo(SIGKILLED);

      Ended resumed = run.resume();

      assertThat(resumed.status()).as(when + resumed.err()).isZero();
      assertThat(resumed.out()).as(when).isEqualTo("carried out\n");
      assertThat(run.workspace().resolve("new")).as(when).hasContent("made");
      Ended shown = run.stigmer().run("sessions", "export", "last");
      List<String> plans =
          shown.out().lines().filter(line -> line.contains("The user approved the plan")).toList();
      assertThat(plans).as(when).hasSize(1);
      return when;
    }
  }

  @Test
  void atATerminalThePlanIsShownAndTheAnswerChoosesTheMode() throws Exception {
    RealComponents.require(
        "script", () -> RealComponents.runs(List.of("script", "-qec", "true", "/dev/null")));
    try (WorkingRun run = new WorkingRun(folder.resolve("typed"), PlanProcessTest::planned);
        TypedTerminal terminal =
            new TypedTerminal(run.stigmer(), folder.resolve("pid"), words(run))) {
      terminal.await("carry it out? [y]es  yes, and [a]sk about each change  [N]o");
      assertThat(terminal.screen()).contains("the agent's plan:", "  Make the file new.");
      terminal.line("r");
      terminal.await("why not?");
      terminal.line("in one step");
      terminal.await("carry it out?", 2);
      terminal.line("a");
      terminal.await("write_file {\"file_path\":\"new\"");
      terminal.await("run it?");
      terminal.line("y");
      assertThat(terminal.ended()).as(terminal.screen()).isZero();
      assertThat(terminal.screen()).contains("because of mode ask: new", "carried out");
      assertThat(run.workspace().resolve("new")).hasContent("made");
    }
  }

  private static String[] words(WorkingRun run) {
    return Stream.concat(
            Stream.of(run.command()).filter(word -> !word.equals("--allow-shell")),
            Stream.of("--permission-mode", "plan"))
        .toArray(String[]::new);
  }

  private static Ended waiting(WorkingRun run) {
    return run.stigmer().with("STIGMER_APPROVALS_WHEN_ABSENT", "wait").run(words(run));
  }

  /** Plans until it is told to carry the plan out. */
  private static Answer planned(JsonNode body) {
    String all = body.path("messages").toString();
    if (!all.contains("The user approved the plan")) {
      return WorkingRun.call("present_plan", "plan", "Make the file new.");
    }
    return all.contains("\"write_file\"")
        ? Answer.text("carried out")
        : WorkingRun.call("write_file", "file_path", "new", "content", "made");
  }
}
