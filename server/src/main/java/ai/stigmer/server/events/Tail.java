package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of one drive of a run, each with its number. Text that streams is kept until
 * its turn is there: piece by piece for who reads, and joined as long as nobody does, so that who
 * comes in the middle of a turn is told its beginning at once.
 *
 * <p>Thread contract: thread-safe.
 */
final class Tail {
  private static final int MOST = 4_096;

  private final TreeMap<Long, AgentEvent> events = new TreeMap<>();
  private final List<Long> deltas = new ArrayList<>();

  /** Of the sub-agents' turns that are under way; by the id of their run. */
  private final Map<String, List<Long>> inward = new HashMap<>();

  private final List<Consumer<AgentEvent>> listeners = new CopyOnWriteArrayList<>();
  private long last;

  /** Text that streamed while nobody read, and the last of its events; null where there is none. */
  private final StringBuilder unheard = new StringBuilder();

  private @Nullable AgentEvent newestUnheard;

  /** The number of the newest event that is not here any more. */
  private long trimmed;

  void add(AgentEvent event) {
    synchronized (this) {
      if (isDelta(event) && listeners.isEmpty()) {
        hold(event);
        return;
      }
      tellUnheard();
      if (settles(event)) {
        deltas.forEach(events::remove);
        deltas.clear();
      }
      if (event instanceof AgentEvent.Child child) {
        settle(child);
      }
      append(event);
    }
    listeners.forEach(heard -> heard.accept(event));
  }

  private void append(AgentEvent event) {
    last++;
    if (isDelta(event)) {
      deltas.add(last);
    }
    if (event instanceof AgentEvent.Child child) {
      AgentEvent.Child inmost = inmost(child);
      if (isDelta(inmost.event())) {
        inward.computeIfAbsent(inmost.runId(), run -> new ArrayList<>()).add(last);
      }
    }
    events.put(last, event);
    if (events.size() > MOST) {
      trimmed = events.pollFirstEntry().getKey();
    }
  }

  /** A sub-agent's text stays when its turn is there: who comes later is told no rest of it. */
  private void settle(AgentEvent.Child child) {
    AgentEvent.Child inmost = inmost(child);
    if (settles(inmost.event())) {
      List<Long> streamed = inward.remove(inmost.runId());
      boolean isVoid =
          !(inmost.event() instanceof AgentEvent.TurnFinished finished
              && finished.end() instanceof AgentEvent.TurnEnd.Answered);
      if (streamed != null && isVoid) {
        streamed.forEach(events::remove);
      }
    }
  }

  private static AgentEvent.Child inmost(AgentEvent.Child child) {
    return child.event() instanceof AgentEvent.Child inner ? inmost(inner) : child;
  }

  private void hold(AgentEvent delta) {
    if (newestUnheard != null && newestUnheard.getClass() != delta.getClass()) {
      tellUnheard();
    }
    unheard.append(
        delta instanceof AgentEvent.ThinkingDelta thinking
            ? thinking.text()
            : ((AgentEvent.TextDelta) delta).text());
    newestUnheard = delta;
  }

  private void tellUnheard() {
    switch (newestUnheard) {
      case AgentEvent.TextDelta text ->
          append(new AgentEvent.TextDelta(text.turn(), unheard.toString()));
      case AgentEvent.ThinkingDelta thinking ->
          append(new AgentEvent.ThinkingDelta(thinking.turn(), unheard.toString()));
      case null, default -> {}
    }
    unheard.setLength(0);
    newestUnheard = null;
  }

  private static boolean isDelta(AgentEvent event) {
    return event instanceof AgentEvent.TextDelta || event instanceof AgentEvent.ThinkingDelta;
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

  /**
   * The number of the event that tells of a journal entry, so that all behind it is here; -1 when
   * it is not here.
   */
  synchronized long placeAt(long seq) {
    for (Map.Entry<Long, AgentEvent> entry : events.entrySet()) {
      if (seq > 0 && Told.seq(entry.getValue()) == seq) {
        return entry.getKey();
      }
    }
    return -1;
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

  synchronized void listen(Consumer<AgentEvent> heard) {
    tellUnheard();
    listeners.add(heard);
  }

  /** Whether nobody reads it and it holds nothing. */
  synchronized boolean forget(Consumer<AgentEvent> heard) {
    listeners.remove(heard);
    return listeners.isEmpty() && last == 0;
  }
}
