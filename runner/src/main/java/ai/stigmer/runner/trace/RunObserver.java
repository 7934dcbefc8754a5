package ai.stigmer.runner.trace;

import ai.stigmer.config.TelemetryConfig;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import java.util.function.Consumer;

/**
 * Looks on while runs are driven.
 *
 * <p>Thread contract: thread-safe.
 */
public interface RunObserver extends AutoCloseable {

  /** Sees nothing. */
  RunObserver NONE =
      observed ->
          new Observation() {
            @Override
            public void accept(AgentEvent event) {}

            @Override
            public void close() {}
          };

  /** One drive of a run. */
  interface Observation extends Consumer<AgentEvent>, AutoCloseable {
    /** It is over, with its last event or without one. */
    @Override
    void close();
  }

  /**
   * The one that is configured.
   *
   * @param trouble is told once why traces are not sent; runs go on without them
   */
  static RunObserver of(TelemetryConfig configuration, Consumer<Problem> trouble) {
    return configuration.endpoint().isEmpty() ? NONE : OtlpTraces.open(configuration, trouble);
  }

  /** A run begins to be driven here, or goes on. */
  Observation begin(ObservedRun run);

  /** Sends what is left, within seconds. */
  @Override
  default void close() {}
}
