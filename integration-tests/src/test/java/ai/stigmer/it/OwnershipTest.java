package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes want the same run: one of them has it, and the other is told or stopped. */
class OwnershipTest {
  @TempDir Path folder = Path.of("");

  @Test
  void whoComesSecondIsToldWhoRunsTheRunAndSinceWhen() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, OwnershipTest::twoCommands);
        StigmerProcess.Running owner = run.stigmer().start(run.command())) {
      // Given
      owner.awaitFile(run.workspace().resolve("log"));
      // When
      Ended second = run.resume();
      owner.signal("STOP");
      Ended third = run.resume();
      owner.signal("CONT");
      // Then
      assertThat(second.status()).isEqualTo(1);
      assertThat(second.err())
          .contains("E502", "is being run by process " + owner.process().pid() + "@", "since 20");
      assertThat(third.err()).contains("that process is stopped", "kill -CONT");
      assertThat(owner.await().status()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("first\nsecond");
    }
  }

  /** A process on another host cannot be told from a dead one, so the run is taken from it. */
  @Test
  void aStoppedProcessWhoseRunWasTakenOverWritesAndDoesNothingMoreWhenItWakes() throws Exception {
    List<String> elsewhere =
        List.of("unshare", "--uts", "sh", "-c", "hostname elsewhere && exec \"$@\"", "sh");
    RealComponents.require(
        "unshare", () -> RealComponents.runs(List.of("unshare", "--uts", "hostname", "elsewhere")));
    try (WorkingRun run = new WorkingRun(folder, OwnershipTest::twoCommands);
        StigmerProcess.Running owner = run.stigmer().start(run.command())) {
      // Given
      owner.awaitFile(run.workspace().resolve("log"));
      owner.signal("STOP");
      // When
      Ended taken = run.stigmer().tracedBy(elsewhere).run("resume", "last");
      int entries = run.entries();
      owner.signal("CONT");
      Ended woken = owner.await();
      // Then
      assertThat(taken.status()).as(taken.err()).isZero();
      assertThat(woken.status()).isEqualTo(1);
      assertThat(woken.err()).contains("E505", "another process has taken over");
      assertThat(run.workspace().resolve("log")).hasContent("first\nsecond");
      assertThat(run.entries()).isEqualTo(entries);
    }
  }

  @Test
  void aFinishedRunIsResumedWithItsAnswerAndNothingElse() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, OwnershipTest::twoCommands)) {
      Ended first = run.stigmer().run(run.command());
      int entries = run.entries();
      Ended again = run.resume();
      assertThat(again.status()).isZero();
      assertThat(again.out()).isEqualTo(first.out());
      assertThat(run.entries()).isEqualTo(entries);
    }
  }

  /** The first command lasts long enough for others to come while it runs. */
  private static Answer twoCommands(JsonNode body) {
    return switch (WorkingRun.assistants(body)) {
      case 0 -> WorkingRun.call("execute", "command", "echo first >> log; sleep 8");
      case 1 -> WorkingRun.call("execute", "command", "echo second >> log");
      default -> Answer.text("done");
    };
  }
}
