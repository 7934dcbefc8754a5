package ai.stigmer.cli.remote;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/*
 * A new connection tells everything behind the last journal entry that we name, and with it what streamed or happened
 * since, which the old one may have told. Text may come in other pieces, so it is compared as a whole; everything else
 * comes as it was.
 */
/**
 * What was told of a run since its last journal entry, so that a new connection tells only the rest
 * of it.
 *
 * <p>Not thread-safe.
 */
final class SinceEntry {
  /** No server tells more again. */
  private static final int MOST = 4_096;

  private final Set<String> calls = new HashSet<>();
  private final Deque<AgentEvent> told = new ArrayDeque<>();
  private final List<AgentEvent> expected = new ArrayList<>();
  private int turn;
  private final Text text = new Text();
  private final Text thinking = new Text();

  /** Of sub-agents: a replay tells all of their turns again. */
  private final Map<Streamed, Text> inward = new HashMap<>();

  /**
   * What streams within a turn of a sub-agent.
   *
   * @param runs the ids of the runs from the outermost sub-agent inwards
   */
  private record Streamed(String runs, int turn, boolean isThinking) {}

  /** From here on a new connection tells. */
  void again() {
    expected.clear();
    expected.addAll(told);
    text.again();
    thinking.again();
    inward.values().forEach(Text::again);
  }

  /**
   * What of an event is new.
   *
   * @param isEntry whether the journal holds it
   */
  List<AgentEvent> next(AgentEvent event, boolean isEntry) {
    if (event instanceof AgentEvent.ToolFinished finished) {
      calls.remove(finished.call().id());
    }
    if (event instanceof AgentEvent.TurnFinished) {
      turn = 0;
    }
    if (isEntry) {
      told.clear();
      expected.clear();
      text.forget();
      thinking.forget();
      inward.clear();
      return List.of(event);
    }
    return switch (event) {
      case AgentEvent.TextDelta delta ->
          text.next(delta.text(), rest -> new AgentEvent.TextDelta(delta.turn(), rest));
      case AgentEvent.ThinkingDelta delta ->
          thinking.next(delta.text(), rest -> new AgentEvent.ThinkingDelta(delta.turn(), rest));
      case AgentEvent.ToolStarted started ->
          calls.add(started.call().id()) ? List.of(event) : List.of();
      case AgentEvent.TurnStarted started -> begun(started);
      case AgentEvent.Child child -> inward(child.runId(), child.event(), child);
      default -> other(event);
    };
  }

  /**
   * What of a sub-agent's event is new.
   *
   * @param event is what {@code whole} tells of the run that it is about
   */
  private List<AgentEvent> inward(String runs, AgentEvent event, AgentEvent.Child whole) {
    return switch (event) {
      case AgentEvent.Child child -> inward(runs + "/" + child.runId(), child.event(), whole);
      case AgentEvent.TextDelta delta ->
          inward(new Streamed(runs, delta.turn(), false))
              .next(
                  delta.text(), rest -> with(whole, new AgentEvent.TextDelta(delta.turn(), rest)));
      case AgentEvent.ThinkingDelta delta ->
          inward(new Streamed(runs, delta.turn(), true))
              .next(
                  delta.text(),
                  rest -> with(whole, new AgentEvent.ThinkingDelta(delta.turn(), rest)));
      case AgentEvent.Retrying retrying -> again(runs, retrying.turn(), whole);
      case AgentEvent.ModelSwitched switched -> again(runs, switched.turn(), whole);
      case AgentEvent.TurnFinished finished
          when !(finished.end() instanceof AgentEvent.TurnEnd.Answered) ->
          again(runs, finished.turn(), whole);
      default -> other(whole);
    };
  }

  private Text inward(Streamed where) {
    return inward.computeIfAbsent(where, key -> new Text());
  }

  private List<AgentEvent> again(String runs, int turn, AgentEvent.Child whole) {
    List<AgentEvent> told = other(whole);
    if (!told.isEmpty()) {
      inward(new Streamed(runs, turn, false)).forget();
      inward(new Streamed(runs, turn, true)).forget();
    }
    return told;
  }

  private static AgentEvent.Child with(AgentEvent.Child whole, AgentEvent innermost) {
    AgentEvent event =
        whole.event() instanceof AgentEvent.Child child ? with(child, innermost) : innermost;
    return new AgentEvent.Child(whole.call(), whole.runId(), whole.agent(), event);
  }

  /** Turns and calls are open across entries: a new connection begins them anew to be whole. */
  private List<AgentEvent> begun(AgentEvent.TurnStarted started) {
    if (turn == started.turn()) {
      return List.of();
    }
    turn = started.turn();
    return List.of(started);
  }

  private List<AgentEvent> other(AgentEvent event) {
    if (expected.remove(event)) {
      return List.of();
    }
    if (event instanceof AgentEvent.Retrying || event instanceof AgentEvent.TurnFinished) {
      // What streamed before it is void.
      text.forget();
      thinking.forget();
    }
    told.add(event);
    if (told.size() > MOST) {
      var _ = told.poll();
    }
    return List.of(event);
  }

  /** The text of one answer so far. */
  private static final class Text {
    private final StringBuilder told = new StringBuilder();
    private final StringBuilder heard = new StringBuilder();
    private boolean isAgain;

    void forget() {
      told.setLength(0);
      isAgain = false;
    }

    void again() {
      heard.setLength(0);
      isAgain = true;
    }

    /** What of a piece is to be told; another text than before is told whole. */
    List<AgentEvent> next(String piece, Function<String, AgentEvent> event) {
      if (!isAgain) {
        told.append(piece);
        return List.of(event.apply(piece));
      }
      heard.append(piece);
      int both = Math.min(told.length(), heard.length());
      boolean isSame = told.substring(0, both).contentEquals(heard.substring(0, both));
      if (isSame && heard.length() <= told.length()) {
        return List.of();
      }
      String rest = isSame ? heard.substring(told.length()) : heard.toString();
      isAgain = false;
      told.setLength(0);
      told.append(heard);
      return List.of(event.apply(rest));
    }
  }
}
