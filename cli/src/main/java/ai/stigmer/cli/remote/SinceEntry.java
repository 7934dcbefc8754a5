package ai.stigmer.cli.remote;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
  static final int MOST = 4_096;

  private final Set<String> calls = new HashSet<>();
  private final Deque<AgentEvent> told = new ArrayDeque<>();
  private final List<AgentEvent> expected = new ArrayList<>();
  private int turn;
  private final StreamedText text = new StreamedText();
  private final StreamedText thinking = new StreamedText();

  private final SubAgentsTold subAgents = new SubAgentsTold();

  /** From here on a new connection tells. */
  void again() {
    expected.clear();
    expected.addAll(told);
    text.again();
    thinking.again();
    subAgents.again();
  }

  /**
   * What of an event is new.
   *
   * @param isEntry whether the journal holds it
   */
  List<AgentEvent> next(AgentEvent event, boolean isEntry) {
    if (event instanceof AgentEvent.ToolFinished finished) {
      calls.remove(finished.call().id());
      subAgents.served(finished.call().id());
    }
    if (event instanceof AgentEvent.TurnFinished) {
      turn = 0;
    }
    if (event instanceof AgentEvent.RunStarted) {
      // Also told late, to who came before its last entry, and when the server was started again:
      // what streamed counts.
      return List.of(event);
    }
    if (isEntry) {
      told.clear();
      expected.clear();
      text.forget();
      thinking.forget();
      subAgents.entry();
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
      case AgentEvent.Child child -> subAgents.next(child);
      default -> other(event);
    };
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
}
