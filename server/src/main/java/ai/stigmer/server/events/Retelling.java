package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Replay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A run as its journal tells it to somebody who follows it. A sub-agent is told as a whole, right
 * before the outcome of its call: sub-agents that work side by side end in any order, and who knows
 * the outcome of one knows nothing for sure of the others.
 *
 * @param events up to the last one that the journal holds, or to the end of a run that is over
 * @param late the runs, by their calls, of sub-agents that are under way and have begun before the
 *     last of the events; they are not told yet
 */
record Retelling(List<AgentEvent> events, Map<String, String> late) {

  /**
   * Tells a run.
   *
   * @param children the journal of a run by its id
   */
  static Retelling of(
      String id, List<Recorded> entries, Function<String, List<Recorded>> children) {
    var underWay = new LinkedHashMap<String, Recorded>();
    var ordered = new ArrayList<Recorded>();
    for (Recorded one : entries) {
      switch (one.entry()) {
        case ChildStarted child -> underWay.put(child.call(), one);
        case ToolOutcome outcome -> {
          Recorded begun = underWay.remove(outcome.call().id());
          if (begun != null) {
            ordered.add(begun);
          }
          ordered.add(one);
        }
        case RunFinished _ -> {
          ordered.addAll(underWay.values());
          underWay.clear();
          ordered.add(one);
        }
        default -> ordered.add(one);
      }
    }
    boolean isOver = entries.getLast().entry() instanceof RunFinished;
    var events = new ArrayList<AgentEvent>();
    var _ = Replay.of(id, withoutTakingOver(ordered), children, events::add);
    int end = isOver ? events.size() : places(events, Long.MAX_VALUE);
    long last = events.subList(0, end).stream().mapToLong(Told::seq).max().orElse(0);
    var late = new HashMap<String, String>();
    underWay.forEach(
        (call, begun) -> {
          if (begun.seq() < last && begun.entry() instanceof ChildStarted child) {
            late.put(call, child.childRunId());
          }
        });
    return new Retelling(List.copyOf(events.subList(0, end)), Map.copyOf(late));
  }

  /** That somebody else drives a run than began it is the rule here, and no news. */
  private static List<Recorded> withoutTakingOver(List<Recorded> entries) {
    var kept = new ArrayList<>(entries);
    if (kept.size() > 1 && kept.get(1).entry() instanceof JournalEntry.RunResumed) {
      kept.remove(1);
    }
    return kept;
  }

  /** The events behind a journal entry. */
  List<AgentEvent> behind(long after) {
    return events.subList(places(events, after), events.size());
  }

  /** All of a sub-agent. */
  List<AgentEvent> of(String runId) {
    return events.stream()
        .filter(event -> event instanceof AgentEvent.Child child && child.runId().equals(runId))
        .toList();
  }

  /** How many events there are up to the last one that tells of an entry up to that one. */
  private static int places(List<AgentEvent> events, long seq) {
    int places = 0;
    for (int i = 0; i < events.size(); i++) {
      long at = Told.seq(events.get(i));
      if (at > 0 && at <= seq) {
        places = i + 1;
      }
    }
    return places;
  }
}
