package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/*
 * The journal does not hold everything that a run shows: failed attempts, notices, when a tool began. Whoever follows a
 * run from another terminal is to see what its own terminal would, so the newest events are kept beside it, as references
 * to what the run has in memory anyhow. What is gone from here is told from the journal.
 */
/**
 * The newest events of runs of this process, for those who follow them.
 *
 * <p>Thread contract: thread-safe; {@link #saw} never blocks.
 */
public final class RunTails {
  /** Runs that have ended, or wait, and whose readers may still come. */
  private static final int KEPT = 64;

  private final Map<String, Tail> live = new LinkedHashMap<>();
  private final Map<String, Tail> ended =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tail> eldest) {
          return size() > KEPT;
        }
      };

  /** Something happened in a run; on its thread. */
  public void saw(String id, AgentEvent event) {
    tail(id, event).add(event);
  }

  private synchronized Tail tail(String id, AgentEvent event) {
    if (event instanceof AgentEvent.RunStarted) {
      ended.remove(id);
    }
    Tail tail = live.computeIfAbsent(id, key -> new Tail());
    if (event instanceof AgentEvent.RunFinished) {
      live.remove(id);
      ended.put(id, tail);
    }
    return tail;
  }

  /**
   * The tail of a run; one without events when none of it was seen here.
   *
   * @param heard is told each new event until {@link #leave}; it must not block
   */
  synchronized Tail follow(String id, Consumer<AgentEvent> heard) {
    Tail last = ended.get(id);
    Tail tail = last != null ? last : live.computeIfAbsent(id, key -> new Tail());
    tail.listen(heard);
    return tail;
  }

  /** The run goes on: what it ended with is of the past. */
  public synchronized void forget(String id) {
    ended.remove(id);
  }

  /** Nobody waits for its events any more. */
  synchronized void leave(String id, Tail tail, Consumer<AgentEvent> heard) {
    if (tail.forget(heard)) {
      live.remove(id, tail);
    }
  }
}
