package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Recorded;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongFunction;

/**
 * Tells readers of a run that its journal may have grown.
 *
 * <p>Thread contract: thread-safe; ringing never blocks.
 */
public final class Bell {
  private final Map<String, Line> lines = new ConcurrentHashMap<>();

  /** Those who listen to one run, and what they read. */
  private record Line(List<Runnable> listeners, NewestEntries newest) {}

  /** Something happened in a run; called on the run's thread. */
  public void saw(String id, AgentEvent event) {
    if (!isLiveOnly(event)) {
      ring(id);
    }
  }

  /** The journal of a run has grown. */
  public void ring(String id) {
    Line line = lines.get(id);
    if (line != null) {
      line.newest().grown();
      line.listeners().forEach(Runnable::run);
    }
  }

  private static boolean isLiveOnly(AgentEvent event) {
    return switch (event) {
      case AgentEvent.TextDelta _, AgentEvent.ThinkingDelta _, AgentEvent.Retrying _ -> true;
      case AgentEvent.Child child -> isLiveOnly(child.event());
      default -> false;
    };
  }

  /**
   * Calls {@code rung} until the answer is closed; it must not block.
   *
   * @param journal gives the run's entries behind a sequence number
   */
  Listening listen(String id, LongFunction<List<Recorded>> journal, Runnable rung) {
    Line line =
        lines.compute(
            id,
            (key, known) -> {
              Line all =
                  known == null
                      ? new Line(new CopyOnWriteArrayList<>(), new NewestEntries(journal))
                      : known;
              all.listeners().add(rung);
              return all;
            });
    return new Listening() {
      @Override
      public List<Recorded> behind(long after) {
        return line.newest().behind(after);
      }

      @Override
      public List<Recorded> allBehind(long after) {
        line.newest().grown();
        return line.newest().behind(after);
      }

      @Override
      public void close() {
        forget(id, rung);
      }
    };
  }

  private void forget(String id, Runnable rung) {
    var _ =
        lines.computeIfPresent(
            id,
            (key, known) -> {
              known.listeners().remove(rung);
              return known.listeners().isEmpty() ? null : known;
            });
  }

  /** Until it is closed. */
  interface Listening extends AutoCloseable {

    /** The entries of the run behind a sequence number, as far as the bell was rung for them. */
    List<Recorded> behind(long after);

    /** The same, whether or not the bell was rung for them. */
    List<Recorded> allBehind(long after);

    @Override
    void close();
  }
}
