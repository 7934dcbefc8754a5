package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.temporal.RunOutcome.Kind;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealServerTest extends TemporalContract {
  private Server server;

  @BeforeAll
  void start(@TempDir Path serverFolder) {
    server = Server.real(serverFolder);
  }

  @Override
  Server server() {
    return server;
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void aWaitingRunThatIsCancelledEndsAsCancelledInItsJournalToo() throws Exception {
    try (Temporal temporal = new Temporal(server, site.process(), folder, Duration.ofMinutes(1))) {
      site.begin(temporal.process(), run, false, Site.command("echo ran >> log"), Site.says("x"));
      temporal.engine().start(run);
      var _ = site.approval(run);
      // When
      temporal.engine().cancel(run);
      // Then
      assertThat(temporal.engine().result(run).kind()).isEqualTo(Kind.CANCELLED);
      assertThat(site.end(run)).isInstanceOf(RunEnd.Cancelled.class);
      assertThat(site.lines(run, "log")).isEmpty();
      temporal.replays(run, "cancelled-while-waiting");
    }
  }
}
