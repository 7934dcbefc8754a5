package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.it.StigmerProcess.Running;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The same with the journal in PostgreSQL, as a fleet has it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerOnPostgresTest extends WorkerProcessTest {
  private PostgresServer postgres;

  @BeforeAll
  void start() {
    postgres = PostgresServer.start();
  }

  @AfterAll
  void stop() {
    postgres.close();
  }

  @Override
  TemporalSite site() {
    return new TemporalSite(folder, Optional.of(postgres.newDatabase()));
  }

  @Test
  void aKillOfTheDatabaseCostsNoRun() {
    try (TemporalSite site = site()) {
      // Given
      var _ = site.worker();
      var _ = site.worker();
      Running command = site.begin("r", slowSteps(15));
      TemporalSite.until("some steps", () -> site.lines("r").size() > 3);
      // When
      postgres.kill();
      postgres.restart();
      // Then
      TemporalSite.until("the end", () -> !site.ends().isEmpty());
      assertThat(site.ends()).containsExactly(new RunEnd.Completed("done"));
      assertThat(site.lines("r")).doesNotHaveDuplicates().isSubsetOf(numbers(15));
      command.close();
    }
  }
}
