package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is steered and cancelled by other processes than the one that drives it. */
class SteeringProcessTest {
  @TempDir Path folder = Path.of("");

  @Test
  void whatIsSaidFromAnotherProcessIsHeardAtTheNextStep() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SteeringProcessTest::untilToldToGo)) {
      Ended ended;
      try (StigmerProcess.Running running = run.stigmer().start(run.command())) {
        running.awaitFile(run.workspace().resolve("started"));
        // When
        Ended steered = run.stigmer().run("steer", "last", "leave", "the tests alone");
        assertThat(steered.status()).as(steered.err()).isZero();
        assertThat(steered.out()).contains("hears it at its next step");
        Files.createFile(run.workspace().resolve("go"));
        ended = running.await();
      }
      // Then
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).contains("W403 the user said: leave the tests alone");
      assertThat(run.lastToolAnswer()).isEqualTo("leave the tests alone");
      assertThat(run.stigmer().run("steer", "last", "and sum it up").out())
          .contains("has ended (completed)", "stigmer resume");
      assertThat(run.resume().status()).isZero();
      assertThat(run.lastToolAnswer()).isEqualTo("and sum it up");
    }
  }

  @Test
  void aRunIsCancelledFromAnotherProcessAndGoesOnWhenItIsResumed() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SteeringProcessTest::untilToldToGo)) {
      Ended ended;
      try (StigmerProcess.Running running = run.stigmer().start(run.command())) {
        running.awaitFile(run.workspace().resolve("started"));
        // When
        Ended cancelled = run.stigmer().run("cancel", "last", "--wait", "1h");
        assertThat(cancelled.status()).as(cancelled.err()).isZero();
        assertThat(cancelled.out()).contains("is cancelled; go on with: stigmer resume");
        ended = running.await();
      }
      // Then
      assertThat(ended.status()).as(ended.err()).isEqualTo(130);
      assertThat(ended.err()).contains("cancelled: everything up to here is journaled");
      assertThat(run.stigmer().run("cancel", "last").err()).contains("E420");
      assertThat(run.resume().status()).isZero();
    }
  }

  @Test
  void aRunThatNobodyDrivesIsCancelledByItsNextResumeAndThatIsSaid() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SteeringProcessTest::untilToldToGo)) {
      try (StigmerProcess.Running running = run.stigmer().start(run.command())) {
        running.awaitFile(run.workspace().resolve("started"));
        running.signal("KILL");
        running.await();
      }
      Ended cancelled = run.stigmer().run("cancel", "last", "--wait", "0s");
      assertThat(cancelled.status()).isEqualTo(1);
      assertThat(cancelled.err()).contains("E421", "stigmer resume");
      assertThat(run.stigmer().run("replay", "last").err())
          .contains("E541", "note: it was asked to end");
      assertThat(run.resume().status()).isEqualTo(130);
      assertThat(run.stigmer().run("replay", "last").err()).doesNotContain("asked to end");
      assertThat(run.resume().status()).isZero();
    }
  }

  private static Answer untilToldToGo(JsonNode body) {
    return WorkingRun.assistants(body) == 0
        ? WorkingRun.call(
            "execute", "command", "touch started; while [ ! -e go ]; do sleep 0.05; done")
        : Answer.text("done");
  }
}
