package ai.stigmer.cli.remote;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.Child;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/*
 * A sub-agent is told again either from the last entry of the run above it on, or from its own beginning when only the
 * journal has what happened meanwhile. So what was told of it is remembered twice: since that entry, and since it began.
 */
/**
 * What was told of the sub-agents of a run that are under way.
 *
 * <p>Not thread-safe.
 */
final class SubAgentsTold {
  private final Memory sinceEntry = new Memory();
  private final Memory sinceBegun = new Memory();
  private final Set<String> begun = new HashSet<>();

  /** Those that are told from their beginning once more. */
  private final Set<String> retold = new HashSet<>();

  /** From here on a new connection tells. */
  void again() {
    retold.clear();
    sinceEntry.again(run -> true);
  }

  /** The run above them has a new entry: none of them is told again from before it alone. */
  void entry() {
    sinceEntry.forget(run -> true);
  }

  /** The sub-agents that served a call are over. */
  void served(String call) {
    begun.removeIf(run -> run.startsWith(call + "/"));
    retold.removeIf(run -> run.startsWith(call + "/"));
    sinceBegun.forget(run -> run.startsWith(call + "/"));
  }

  /** What of an event is new. */
  List<AgentEvent> next(Child child) {
    String run = child.call() + "/" + child.runId();
    if (child.event() instanceof AgentEvent.RunStarted started
        && started.beginning() == Beginning.NEW
        && !begun.add(run)) {
      retold.add(run);
      sinceBegun.again(run::equals);
      return List.of();
    }
    boolean isRetold = retold.contains(run);
    List<AgentEvent> news = (isRetold ? sinceBegun : sinceEntry).next(run, child);
    news.forEach(one -> (isRetold ? sinceEntry : sinceBegun).told(run, (Child) one));
    return news;
  }

  /**
   * What streams within a turn of a sub-agent.
   *
   * @param run the outermost one
   * @param inner the ids of the runs within it, from the outside inwards
   */
  private record Streamed(String run, String inner, int turn, boolean isThinking) {}

  private record Other(String run, Child event) {}

  /** What was told from somewhere on. */
  private static final class Memory {
    private final Deque<Other> told = new ArrayDeque<>();
    private final List<Other> expected = new ArrayList<>();
    private final Map<Streamed, StreamedText> texts = new HashMap<>();

    void again(Predicate<String> runs) {
      expected.removeIf(other -> runs.test(other.run()));
      told.stream().filter(other -> runs.test(other.run())).forEach(expected::add);
      texts.forEach(
          (where, text) -> {
            if (runs.test(where.run())) {
              text.again();
            }
          });
    }

    void forget(Predicate<String> runs) {
      told.removeIf(other -> runs.test(other.run()));
      expected.removeIf(other -> runs.test(other.run()));
      texts.keySet().removeIf(where -> runs.test(where.run()));
    }

    List<AgentEvent> next(String run, Child whole) {
      Child inmost = inmost(whole);
      return switch (inmost.event()) {
        case AgentEvent.TextDelta delta ->
            text(streamed(run, whole, delta.turn(), false))
                .next(
                    delta.text(),
                    rest -> with(whole, new AgentEvent.TextDelta(delta.turn(), rest)));
        case AgentEvent.ThinkingDelta delta ->
            text(streamed(run, whole, delta.turn(), true))
                .next(
                    delta.text(),
                    rest -> with(whole, new AgentEvent.ThinkingDelta(delta.turn(), rest)));
        default -> {
          if (expected.remove(new Other(run, whole))) {
            yield List.of();
          }
          told(run, whole);
          yield List.of(whole);
        }
      };
    }

    /** It was told, whoever found that it was new. */
    void told(String run, Child whole) {
      switch (inmost(whole).event()) {
        case AgentEvent.TextDelta delta ->
            text(streamed(run, whole, delta.turn(), false)).add(delta.text());
        case AgentEvent.ThinkingDelta delta ->
            text(streamed(run, whole, delta.turn(), true)).add(delta.text());
        case AgentEvent.Retrying retrying -> other(run, whole, retrying.turn());
        case AgentEvent.ModelSwitched switched -> other(run, whole, switched.turn());
        case AgentEvent.TurnFinished finished
            when !(finished.end() instanceof AgentEvent.TurnEnd.Answered) ->
            other(run, whole, finished.turn());
        default -> other(run, whole);
      }
    }

    /** What streamed in the turn before it is void. */
    private void other(String run, Child whole, int turn) {
      texts.remove(streamed(run, whole, turn, false));
      texts.remove(streamed(run, whole, turn, true));
      other(run, whole);
    }

    private void other(String run, Child whole) {
      told.add(new Other(run, whole));
      if (told.size() > SinceEntry.MOST) {
        var _ = told.poll();
      }
    }

    private StreamedText text(Streamed where) {
      return texts.computeIfAbsent(where, key -> new StreamedText());
    }
  }

  private static Streamed streamed(String run, Child whole, int turn, boolean isThinking) {
    return new Streamed(run, inner(whole), turn, isThinking);
  }

  private static String inner(Child child) {
    return child.event() instanceof Child inner ? inner.runId() + "/" + inner(inner) : "";
  }

  private static Child inmost(Child child) {
    return child.event() instanceof Child inner ? inmost(inner) : child;
  }

  private static Child with(Child whole, AgentEvent inmost) {
    AgentEvent event = whole.event() instanceof Child child ? with(child, inmost) : inmost;
    return new Child(whole.call(), whole.runId(), whole.agent(), event);
  }
}
