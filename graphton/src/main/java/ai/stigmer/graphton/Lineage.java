package ai.stigmer.graphton;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.subagent.ChildIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The runs above a sub-agent's, as their journals tell.
 *
 * @param root the run at the top
 * @param children from the one that the root has started down to the sub-agent's own
 */
record Lineage(String root, List<ChildStarted> children) {

  Lineage {
    children = List.copyOf(children);
  }

  /**
   * The lineage of a sub-agent's run.
   *
   * @throws ProblemException {@code E501} when no run above has started it
   */
  static Lineage of(Journal journal, String runId) {
    var children = new ArrayList<ChildStarted>();
    String run = runId;
    for (var above = ChildIds.parent(run); above.isPresent(); above = ChildIds.parent(run)) {
      children.addFirst(started(journal.read(above.get()), run));
      run = above.get();
    }
    return new Lineage(run, children);
  }

  private static ChildStarted started(List<Recorded> entries, String childRunId) {
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof ChildStarted child && child.childRunId().equals(childRunId)) {
        return child;
      }
    }
    throw Problem.of(
            "E501", Problem.Category.STORE, "no run above " + childRunId + " has started it")
        .help("see what there is: stigmer sessions list")
        .asException();
  }

  /** Whether a run above has ended, or the one at the top is to end. */
  boolean isOver(Journal journal) {
    var desk = new SteeringDesk(journal);
    return desk.isCancelAsked(root) || above().stream().anyMatch(run -> desk.end(run).isPresent());
  }

  /** Cancels once {@link #isOver}, until it is closed. */
  CancelToken.Registration heed(Journal journal, CancelToken token) {
    var desk = new SteeringDesk(journal);
    var watch = new Watch(journal, desk);
    return desk.cancelling(token, watch::sawTheEnd);
  }

  /** Looks again at the runs above only when something was written there. Not thread-safe. */
  private final class Watch {
    private final Journal journal;
    private final SteeringDesk desk;
    private Map<String, Long> lengths = Map.of();
    private String topic = "";

    Watch(Journal journal, SteeringDesk desk) {
      this.journal = journal;
      this.desk = desk;
    }

    /** A journal that cannot be read for now is no reason to end. */
    boolean sawTheEnd() {
      try {
        Map<String, Long> now = lengths();
        if (!now.equals(lengths)) {
          if (isOver(journal)) {
            return true;
          }
          topic = desk.cancelTopic(root);
          lengths = now;
        }
        return journal.inbox().find(root, topic).isPresent();
      } catch (ProblemException e) {
        return false;
      }
    }

    private Map<String, Long> lengths() {
      return journal.heads(above()).entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, head -> head.getValue().entries()));
    }
  }

  private List<String> above() {
    return children.stream()
        .map(child -> ChildIds.parent(child.childRunId()).orElseThrow())
        .toList();
  }

  /** A listener of the root's that hears the sub-agent as its parent would tell of it. */
  Consumer<AgentEvent> wrapping(Consumer<AgentEvent> listener) {
    Consumer<AgentEvent> wrapped = listener;
    for (ChildStarted child : children) {
      Consumer<AgentEvent> above = wrapped;
      wrapped =
          event ->
              above.accept(
                  new AgentEvent.Child(child.call(), child.childRunId(), child.agent(), event));
    }
    return wrapped;
  }
}
