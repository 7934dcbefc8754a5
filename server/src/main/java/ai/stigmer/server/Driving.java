package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

import ai.stigmer.runner.Engine;
import ai.stigmer.runner.snapshot.KeptWorkspaces;
import java.util.Optional;
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
   * @param workspaces where the workers find workspaces; empty when all see the same folder
   */
  record Elsewhere(Supplier<Engine> engine, Optional<KeptWorkspaces> workspaces)
      implements Driving {
    public Elsewhere {
      requireNonNull(engine, "engine is null");
      requireNonNull(workspaces, "workspaces is null");
    }
  }
}
