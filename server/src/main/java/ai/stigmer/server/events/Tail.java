package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The newest events of one drive of a run, each with its number. Text that streams is kept until
 * its turn is there, and only while somebody reads.
 *
 * <p>Thread contract: thread-safe.
 */
final class Tail {
  private static final int MOST = 4_096;

  private final TreeMap<Long, AgentEvent> events = new TreeMap<>();
  private final List<Long> deltas = new ArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private long last;

  /**
   * Whether a part of the turn that streams is missing; then its end tells all that was not told.
   */
  private boolean isHoled;

  /** The number of the newest event that is not here any more. */
  private long trimmed;

  void add(AgentEvent event) {
    synchronized (this) {
      boolean isDelta =
          event instanceof AgentEvent.TextDelta || event instanceof AgentEvent.ThinkingDelta;
      if (isDelta && (isHoled || listeners.isEmpty())) {
        isHoled = true;
        return;
      }
      last++;
      if (isDelta) {
        deltas.add(last);
      } else if (settles(event)) {
        isHoled = false;
        deltas.forEach(events::remove);
        deltas.clear();
      }
      events.put(last, event);
      if (events.size() > MOST) {
        trimmed = events.pollFirstEntry().getKey();
      }
    }
    listeners.forEach(Runnable::run);
  }

  /** Whether the text that has streamed so far is void, or stands in the event. */
  private static boolean settles(AgentEvent event) {
    return event instanceof AgentEvent.TurnFinished
        || event instanceof AgentEvent.Retrying
        || event instanceof AgentEvent.ModelSwitched;
  }

  /** An event and its place among all. */
  record Numbered(long number, AgentEvent event) {}

  /** The events behind a number, oldest first. */
  synchronized List<Numbered> after(long number) {
    SortedMap<Long, AgentEvent> newer = events.tailMap(number + 1);
    return newer.entrySet().stream()
        .map(entry -> new Numbered(entry.getKey(), entry.getValue()))
        .toList();
  }

  /** Whether everything behind a number is here. */
  synchronized boolean reaches(long number) {
    return number >= trimmed;
  }

  /**
   * Whether it holds all that a reader does not know.
   *
   * @param after the last journal entry that the reader knows; 0 for none
   */
  synchronized boolean isWholeBehind(long after) {
    return trimmed == 0
        && !events.isEmpty()
        && events.firstEntry().getValue() instanceof AgentEvent.RunStarted started
        && (after == 0 ? Told.isFirst(started) : started.seq() == after + 1);
  }

  synchronized boolean isEmpty() {
    return last == 0;
  }

  /** The number of the last event that tells of a journal entry up to that one; 0 for none. */
  synchronized long placeOf(long seq) {
    long place = trimmed;
    for (Map.Entry<Long, AgentEvent> entry : events.entrySet()) {
      long at = Told.seq(entry.getValue());
      if (at > 0 && at <= seq) {
        place = entry.getKey();
      }
    }
    return place;
  }

  void listen(Runnable heard) {
    listeners.add(heard);
  }

  /** Whether nobody reads it and it holds nothing. */
  synchronized boolean forget(Runnable heard) {
    listeners.remove(heard);
    return listeners.isEmpty() && last == 0;
  }
}
