package ai.stigmer.testkit;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.message.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A listener that records a run's events and checks the laws that {@link AgentEvent} states, and
 * that the entries which events name come in order.
 *
 * <p>Give it to the run, then call {@link #assertLaws}. One object may watch several drives one
 * after another. Thread contract: thread-safe.
 */
public final class EventLaws implements Consumer<AgentEvent> {
  private final List<AgentEvent> events = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private final Map<String, ToolCall> openTools = new HashMap<>();
  private final Map<String, EventLaws> children = new HashMap<>();
  private boolean running;
  private int openTurn;
  private long lastSeq;
  private long shown;
  private int retries;

  @Override
  public synchronized void accept(AgentEvent event) {
    events.add(event);
    if (!running && !(event instanceof AgentEvent.RunStarted)) {
      broken.add("outside of a run: " + event);
    }
    switch (event) {
      case AgentEvent.RunStarted started -> {
        require(!running, "a run starts within a run", event);
        running = true;
        lastSeq = started.seq();
      }
      case AgentEvent.TurnStarted started -> {
        require(openTurn == 0, "a turn starts within a turn", event);
        require(openTools.isEmpty(), "a turn starts while a tool runs", event);
        openTurn = started.turn();
        shown = 0;
        retries = 0;
      }
      case AgentEvent.TextDelta delta -> {
        require(openTurn == delta.turn(), "not in its turn", event);
        shown += delta.text().length();
      }
      case AgentEvent.ThinkingDelta delta -> {
        require(openTurn == delta.turn(), "not in its turn", event);
        shown += delta.text().length();
      }
      case AgentEvent.Retrying retrying -> retrying(retrying);
      case AgentEvent.ModelSwitched switched -> switched(switched);
      case AgentEvent.TurnFinished finished -> turnFinished(finished);
      case AgentEvent.ToolStarted started -> {
        require(openTurn == 0, "a tool starts within a turn", event);
        require(
            openTools.put(started.call().id(), started.call()) == null,
            "starts a call that is open",
            event);
      }
      case AgentEvent.ToolFinished finished -> toolFinished(finished);
      case AgentEvent.Child child -> child(child);
      case AgentEvent.ApprovalRequested requested -> approval(requested.seq(), event);
      case AgentEvent.ApprovalDecided decided -> approval(decided.seq(), event);
      case AgentEvent.Compacted compacted -> compacted(compacted);
      case AgentEvent.Notice notice -> {}
      case AgentEvent.RunFinished finished -> {
        require(openTurn == 0, "the run ends within a turn", event);
        require(openTools.isEmpty(), "the run ends while a tool runs", event);
        running = false;
        openTurn = 0;
        openTools.clear();
        children.clear();
      }
    }
  }

  private void toolFinished(AgentEvent.ToolFinished finished) {
    require(
        finished.call().equals(openTools.remove(finished.call().id())),
        "ends a call that is not open",
        finished);
    childEnds(finished.call().id());
    if (finished.seq() != AgentEvent.ToolFinished.NOT_RECORDED) {
      requireLater(finished.seq(), finished);
    }
  }

  private void compacted(AgentEvent.Compacted compacted) {
    require(openTurn == 0, "a compaction within a turn", compacted);
    require(openTools.isEmpty(), "a compaction while a tool runs", compacted);
    require(compacted.after() < compacted.before(), "a compaction that shrinks nothing", compacted);
    requireLater(compacted.seq(), compacted);
  }

  /** Everything that was seen, in order. */
  public synchronized List<AgentEvent> events() {
    return List.copyOf(events);
  }

  /**
   * Checks the laws.
   *
   * @throws AssertionError naming every broken law, also when there was no event, or no end
   */
  public synchronized void assertLaws() {
    var all = new ArrayList<>(broken);
    if (events.isEmpty()) {
      all.add("there was no event");
    } else if (running) {
      all.add("there is no end");
    }
    if (!all.isEmpty()) {
      throw new AssertionError("broken event laws:\n" + String.join("\n", all));
    }
  }

  /** The events of each child obey the laws for themselves, within the call that it serves. */
  private void child(AgentEvent.Child child) {
    require(openTools.containsKey(child.call()), "not within its call", child);
    EventLaws laws = children.computeIfAbsent(child.call(), call -> new EventLaws());
    if (child.event() instanceof AgentEvent.RunStarted started) {
      require(laws.events.isEmpty(), "a second run for one call", child);
      require(started.runId().equals(child.runId()), "names another run", child);
    }
    int before = laws.broken.size();
    laws.accept(child.event());
    broken.addAll(laws.broken.subList(before, laws.broken.size()));
  }

  private void childEnds(String call) {
    EventLaws laws = children.remove(call);
    if (laws != null && laws.running) {
      broken.add("the call ended before its child: " + call);
    }
  }

  private void turnFinished(AgentEvent.TurnFinished finished) {
    require(openTurn == finished.turn(), "ends a turn that is not open", finished);
    openTurn = 0;
    if (finished.end() instanceof AgentEvent.TurnEnd.Answered answered) {
      requireLater(answered.seq(), finished);
    }
  }

  private void approval(long seq, AgentEvent event) {
    require(openTurn == 0, "an approval within a turn", event);
    requireLater(seq, event);
  }

  private void retrying(AgentEvent.Retrying retrying) {
    require(openTurn == retrying.turn(), "not in its turn", retrying);
    require(retrying.discarded() == shown, "discards " + shown + " characters", retrying);
    require(retrying.attempt() == retries + 1, "leaves out a retry", retrying);
    require(retrying.attempt() <= retrying.of(), "is one retry too many", retrying);
    retries = retrying.attempt();
    shown = 0;
  }

  private void switched(AgentEvent.ModelSwitched switched) {
    require(openTurn == switched.turn(), "not in its turn", switched);
    require(switched.discarded() == shown, "discards " + shown + " characters", switched);
    requireLater(switched.seq(), switched);
    retries = 0;
    shown = 0;
  }

  /** Entries are recorded in order, so the events that name them count upwards. */
  private void requireLater(long seq, AgentEvent event) {
    require(seq > lastSeq, "names an earlier entry than the event before it", event);
    lastSeq = Math.max(lastSeq, seq);
  }

  private void require(boolean law, String complaint, AgentEvent event) {
    if (!law) {
      broken.add(complaint + ": " + event);
    }
  }
}
