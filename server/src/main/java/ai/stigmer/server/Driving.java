package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

import ai.stigmer.runner.Engine;
import java.util.function.Supplier;

/** Where the runs of a server are driven. */
public sealed interface Driving {
  /** In its process. */
  record Here() implements Driving {}

  /**
   * By workers, which have the same journal, the same resources and the same key for stored
   * secrets. Other servers may have them, too.
   *
   * @param engine opens the engine that hands runs to the workers; closed with the server
   */
  record Elsewhere(Supplier<Engine> engine) implements Driving {
    public Elsewhere {
      requireNonNull(engine, "engine is null");
    }
  }
}
