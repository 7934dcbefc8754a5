package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.store.resource.Resource;
import ai.stigmer.store.resource.Resource.Protection;
import ai.stigmer.store.resource.ResourceStore;
import com.google.protobuf.ByteString;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/*
 * A session has one row that names the execution whose turn it is. It is changed on condition that nobody has changed
 * it meanwhile, so of two servers that find the last one over only one puts its execution there. Whoever is named there
 * keeps its turn until it is over, however often its server dies; so nothing has to be given back.
 */
/**
 * Whose turn it is in each session, settled in the database among all servers that share it.
 *
 * <p>Thread contract: thread-safe, across processes.
 */
final class SessionTurns {
  private static final String KIND = "SessionTurn";

  private final ResourceStore store;
  private final InstantSource clock;

  SessionTurns(ResourceStore store, InstantSource clock) {
    this.store = requireNonNull(store, "store is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /**
   * Takes the turn for an execution if it can be had; one that has it keeps it.
   *
   * @param isOver whether another execution will not be driven any more
   * @return whose turn it is then
   */
  String take(String session, String execution, Predicate<String> isOver) {
    String id = "turn_" + session;
    ByteString mine = ByteString.copyFromUtf8(execution);
    while (true) {
      Optional<Resource> known = store.find(KIND, id);
      try {
        Instant now = clock.instant();
        if (known.isEmpty()) {
          store.insert(
              new Resource(id, KIND, "server", id, 1, now, now, Set.of(), Protection.PLAIN, mine));
          return execution;
        }
        String holder = known.get().body().toStringUtf8();
        if (!holder.equals(execution) && !isOver.test(holder)) {
          return holder;
        }
        // Also where it is ours: whoever has just found us over is to find the row changed.
        store.replace(known.get().changed(now, Set.of(), mine));
        return execution;
      } catch (ProblemException e) {
        if (!Set.of("E550", "E551").contains(e.problem().code())) {
          throw e;
        }
        // Another server was faster; what it did decides.
      }
    }
  }
}
