package ai.stigmer.temporal;

import ai.stigmer.runner.Engine;
import java.time.Duration;

/** The engine on a Temporal server, beside the only worker. */
abstract class TemporalContract extends EngineContract {

  abstract Server server();

  @Override
  Engine engine(Site.Peer process) {
    return new EngineWithWorker(new Temporal(server(), process, folder, Duration.ofMinutes(1)));
  }

  private record EngineWithWorker(Temporal temporal) implements Engine {
    @Override
    public void start(String runId) {
      temporal.engine().start(runId);
    }

    @Override
    public void wake(String runId) {
      temporal.engine().wake(runId);
    }

    @Override
    public void cancel(String runId) {
      temporal.engine().cancel(runId);
    }

    @Override
    public void close() {
      temporal.close();
    }
  }
}
