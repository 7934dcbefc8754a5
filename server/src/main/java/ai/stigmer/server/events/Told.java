package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one reader was told of a run. It makes the laws of events hold however a reader comes in:
 * what has no beginning for it gets one, and nothing is begun twice.
 *
 * <p>Not thread-safe.
 */
final class Told {
  private final Set<String> calls = new HashSet<>();
  private final Set<String> served = new HashSet<>();
  private boolean hasBegun;
  private long known;
  private long newest;
  private int answered;
  private int turn;
  private boolean isInTurn;
  private int text;
  private int thinking;

  /** Whether a run that somebody else had begun is driven for the first time. */
  static boolean isFirst(AgentEvent.RunStarted started) {
    return started.seq() <= 2;
  }

  /** The journal entry that is told with an event; 0 when the journal of its run has none. */
  static long seq(AgentEvent event) {
    return switch (event) {
      case AgentEvent.RunStarted e -> e.seq();
      case AgentEvent.ModelSwitched e -> e.seq();
      case AgentEvent.TurnFinished e ->
          e.end() instanceof TurnEnd.Answered answered ? answered.seq() : 0;
      case AgentEvent.ApprovalRequested e -> e.seq();
      case AgentEvent.ApprovalDecided e -> e.seq();
      case AgentEvent.Compacted e -> e.seq();
      case AgentEvent.ToolFinished e -> e.seq();
      case AgentEvent.TurnStarted _,
          AgentEvent.TextDelta _,
          AgentEvent.ThinkingDelta _,
          AgentEvent.Retrying _,
          AgentEvent.ToolStarted _,
          AgentEvent.Child _,
          AgentEvent.Notice _,
          AgentEvent.RunFinished _ ->
          0;
    };
  }

  /** The reader was told all entries up to that one, whatever events of theirs still come. */
  void knows(long seq) {
    known = seq;
    newest = Math.max(newest, seq);
  }

  /** The newest entry that the reader was told of. */
  long newest() {
    return newest;
  }

  /** What to tell for an event; nothing when the reader knows it. */
  List<AgentEvent> next(AgentEvent event) {
    var events = new ArrayList<AgentEvent>();
    long seq = seq(event);
    if (seq > 0 && seq <= known) {
      return events;
    }
    newest = Math.max(newest, seq);
    switch (event) {
      case AgentEvent.RunStarted started -> started(started, events);
      case AgentEvent.TurnStarted started -> open(started.turn(), events);
      case AgentEvent.TextDelta delta -> {
        if (isIn(delta.turn())) {
          text += delta.text().length();
          events.add(delta);
        }
      }
      case AgentEvent.ThinkingDelta delta -> {
        if (isIn(delta.turn())) {
          thinking += delta.text().length();
          events.add(delta);
        }
      }
      case AgentEvent.Retrying retrying -> again(retrying.turn(), retrying, events);
      case AgentEvent.ModelSwitched switched -> again(switched.turn(), switched, events);
      case AgentEvent.TurnFinished finished -> finished(finished, events);
      case AgentEvent.ToolStarted started -> {
        if (!served.contains(started.call().id()) && calls.add(started.call().id())) {
          events.add(started);
        }
      }
      case AgentEvent.ToolFinished finished -> {
        if (!calls.remove(finished.call().id())) {
          events.add(new AgentEvent.ToolStarted(finished.call()));
        }
        served.add(finished.call().id());
        events.add(finished);
      }
      case AgentEvent.ApprovalRequested _,
          AgentEvent.ApprovalDecided _,
          AgentEvent.Compacted _,
          AgentEvent.Child _,
          AgentEvent.Notice _,
          AgentEvent.RunFinished _ ->
          events.add(event);
    }
    return events;
  }

  private void started(AgentEvent.RunStarted started, List<AgentEvent> events) {
    if (!hasBegun) {
      hasBegun = true;
      events.add(
          isFirst(started)
              ? new AgentEvent.RunStarted(started.runId(), started.seq(), Beginning.NEW)
              : started);
    }
  }

  private boolean isIn(int number) {
    return isInTurn && turn == number;
  }

  private void open(int number, List<AgentEvent> events) {
    if (number > answered && !isIn(number)) {
      turn = number;
      isInTurn = true;
      text = 0;
      thinking = 0;
      served.clear();
      events.add(new AgentEvent.TurnStarted(number));
    }
  }

  private void again(int number, AgentEvent event, List<AgentEvent> events) {
    open(number, events);
    text = 0;
    thinking = 0;
    events.add(event);
  }

  private void finished(AgentEvent.TurnFinished finished, List<AgentEvent> events) {
    if (finished.end() instanceof TurnEnd.Answered(ModelTurn answer, long _)) {
      open(finished.turn(), events);
      answered = finished.turn();
      rest(finished.turn(), answer, events);
    } else if (!isIn(finished.turn())) {
      return;
    }
    isInTurn = false;
    events.add(finished);
  }

  /** What the reader was not told while it streamed. */
  private void rest(int number, ModelTurn answer, List<AgentEvent> events) {
    String thought =
        answer.blocks().stream()
            .filter(Block.Thinking.class::isInstance)
            .map(block -> ((Block.Thinking) block).text())
            .collect(Collectors.joining());
    if (thinking < thought.length()) {
      events.add(new AgentEvent.ThinkingDelta(number, thought.substring(thinking)));
    }
    String said = answer.text();
    if (text < said.length()) {
      events.add(new AgentEvent.TextDelta(number, said.substring(text)));
    }
  }
}
