package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells readers of a run that its journal may have grown.
 *
 * <p>Thread contract: thread-safe; ringing never blocks.
 */
public final class Bell {
  private final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

  /** Something happened in a run; called on the run's thread. */
  public void saw(String id, AgentEvent event) {
    if (!isLiveOnly(event)) {
      ring(id);
    }
  }

  /** The journal of a run has grown. */
  public void ring(String id) {
    listeners.getOrDefault(id, List.of()).forEach(Runnable::run);
  }

  private static boolean isLiveOnly(AgentEvent event) {
    return switch (event) {
      case AgentEvent.TextDelta _, AgentEvent.ThinkingDelta _, AgentEvent.Retrying _ -> true;
      case AgentEvent.Child child -> isLiveOnly(child.event());
      default -> false;
    };
  }

  /** Calls {@code rung} until the answer is closed; it must not block. */
  Listening listen(String id, Runnable rung) {
    var _ =
        listeners.compute(
            id,
            (key, known) -> {
              List<Runnable> all = known == null ? new CopyOnWriteArrayList<>() : known;
              all.add(rung);
              return all;
            });
    return () -> forget(id, rung);
  }

  private void forget(String id, Runnable rung) {
    var _ =
        listeners.computeIfPresent(
            id,
            (key, known) -> {
              known.remove(rung);
              return known.isEmpty() ? null : known;
            });
  }

  /** Until it is closed. */
  interface Listening extends AutoCloseable {
    @Override
    void close();
  }
}
