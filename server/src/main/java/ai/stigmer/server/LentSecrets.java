package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.Secret;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.run.Launch;
import ai.stigmer.store.resource.ResourceStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The secret variables of a server's executions, for a worker that drives their runs. They are read
 * where the server keeps them, with the server's key; nothing else of them goes anywhere. The store
 * is opened for the first run of a server, as a worker may have none of these.
 *
 * <p>Thread contract: thread-safe.
 */
public final class LentSecrets implements AutoCloseable {
  private final Supplier<ResourceStore> opener;
  private final InstantSource clock;
  private @Nullable ResourceStore store;

  private LentSecrets(Supplier<ResourceStore> opener, InstantSource clock) {
    this.opener = requireNonNull(opener, "opener is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /**
   * Those of the servers that have this database.
   *
   * @param key the servers' key for stored secrets; empty means that of the home
   */
  public static LentSecrets of(
      ServerOptions.Database database, Path home, Optional<Secret> key, InstantSource clock) {
    return new LentSecrets(() -> Backend.resources(database, Backend.knownVault(home, key)), clock);
  }

  /**
   * The secret variables of a run by name; none for one that no server has made.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E552} when the server's key is not
   *     here, {@code E553} when it is another one
   */
  public Map<String, String> of(String runId) {
    return Shelves.isExecution(runId)
        ? Launch.secrets(Shelves.of(opened(), clock), runId)
        : Map.of();
  }

  private synchronized ResourceStore opened() {
    ResourceStore known = store;
    if (known == null) {
      known = opener.get();
      store = known;
    }
    return known;
  }

  @Override
  public synchronized void close() {
    if (store != null) {
      store.close();
    }
  }
}
