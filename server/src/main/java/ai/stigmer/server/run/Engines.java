package ai.stigmer.server.run;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.runner.Engine;
import ai.stigmer.store.resource.ResourceStore;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Where runs are driven; either engine is asked for once, and closed with the executions. */
public sealed interface Engines {
  /** In this process; events and failures of runs come back from there. */
  non-sealed interface Here extends Engines {
    Engine open(
        BiConsumer<String, AgentEvent> listener, BiConsumer<String, ProblemException> failed);
  }

  /** By workers that have the same journal and the same resources, as other servers may, too. */
  record Elsewhere(Supplier<Engine> open, Fleet fleet) implements Engines {}

  /** By whichever of the servers that have the same journal and the same resources. */
  record AnyServer(Here here, Fleet fleet) implements Engines {}

  /**
   * What servers share.
   *
   * @param grown is told the id of a run whose journal has grown
   */
  record Fleet(ResourceStore store, Consumer<String> grown) {}
}
