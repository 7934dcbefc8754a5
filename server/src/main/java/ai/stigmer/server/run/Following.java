package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.contract.StatusFold;
import ai.stigmer.runner.contract.StatusMerge;
import java.time.InstantSource;

/**
 * An execution that is under way here, and its state so far.
 *
 * <p>Thread contract: thread-safe.
 */
final class Following {
  private final AgentExecution stored;
  private final Journal journal;
  private final InstantSource clock;
  private StatusFold fold;
  private boolean isDecided;

  /**
   * @param stored as it was when it was made or picked up
   */
  Following(AgentExecution stored, Journal journal, InstantSource clock) {
    this.stored = stored;
    this.journal = journal;
    this.clock = clock;
    this.fold = new StatusFold(clock);
    fold.merge(stored.getStatus());
  }

  String id() {
    return stored.getMetadata().getId();
  }

  String session() {
    return stored.getSpec().getSessionId();
  }

  /** What came of an event. */
  enum Change {
    NOTHING,
    /** Only the state of now tells it. */
    STREAMED,
    /** The journal holds it. */
    DURABLE
  }

  synchronized Change add(AgentEvent event) {
    if (isDecided) {
      return Change.NOTHING;
    }
    if (event instanceof AgentEvent.RunStarted) {
      // What happened before this process, or in an earlier drive, no event tells.
      fold = StatusFold.of(journal.read(id()), clock);
    }
    if (fold.add(event)) {
      return Change.DURABLE;
    }
    return event instanceof AgentEvent.TextDelta || event instanceof AgentEvent.Retrying
        ? Change.STREAMED
        : Change.NOTHING;
  }

  /** It cannot go on. */
  synchronized void fail(String error) {
    if (!isDecided) {
      fold.failed(error);
    }
  }

  /** Somebody reports a status. What is terminal in it counts, whatever the run does from there. */
  synchronized void merge(AgentExecutionStatus report) {
    fold.merge(report);
    isDecided |= StatusMerge.isTerminal(report.getPhase());
  }

  /** As it is now. */
  synchronized AgentExecution state() {
    return stored.toBuilder().setStatus(status(stored)).build();
  }

  /** Its status over the audit of a stored execution. */
  synchronized AgentExecutionStatus status(AgentExecution other) {
    return fold.status().toBuilder().setAudit(other.getStatus().getAudit()).build();
  }
}
