package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.runner.contract.StatusFold;
import ai.stigmer.runner.contract.StatusMerge;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An execution that is under way here, and its state so far.
 *
 * <p>Thread contract: thread-safe.
 */
final class Following {
  private static final Duration QUIET = Duration.ofSeconds(10);
  private static final Duration LONGEST_QUIET = Duration.ofSeconds(80);
  private static final Duration LONGEST_END = Duration.ofSeconds(5);

  private final AgentExecution stored;
  private final Journal journal;
  private final SteeringDesk desk;
  private final InstantSource clock;
  private final CountDownLatch gone = new CountDownLatch(1);
  private StatusFold fold;
  private @Nullable AgentExecution state;
  private boolean isDecided;
  private long seen;
  private int ends;
  private boolean isAtEnd;
  private boolean isCompleted;
  private boolean goesOn;
  private boolean isDrivenHere;
  private boolean isLaunched;
  private long lastNews = System.nanoTime();
  private Duration patience = QUIET;

  /**
   * @param stored as it was when it was made or picked up
   */
  Following(AgentExecution stored, Journal journal, SteeringDesk desk, InstantSource clock) {
    this.stored = stored;
    this.journal = journal;
    this.desk = desk;
    this.clock = clock;
    this.fold = new StatusFold(clock);
    fold.merge(stored.getStatus());
  }

  /** One that has ended, as it is when somebody has it go on. */
  static AgentExecution resumed(AgentExecution ended) {
    return ended.toBuilder()
        .setStatus(
            ended.getStatus().toBuilder()
                .setPhase(ExecutionPhase.EXECUTION_IN_PROGRESS)
                .clearError()
                .clearCompletedAt())
        .build();
  }

  String id() {
    return stored.getMetadata().getId();
  }

  /** Whether its row says that its run has not begun. */
  boolean wasPending() {
    return stored.getStatus().getPhase() == ExecutionPhase.EXECUTION_PENDING;
  }

  /** The organisation that it is for; empty for none. */
  String tenant() {
    return stored.getMetadata().getOrg();
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
    isDrivenHere |= event instanceof AgentEvent.RunStarted;
    state = null;
    if (isDecided) {
      return isEnd(event) ? Change.DURABLE : Change.NOTHING;
    }
    if (event instanceof AgentEvent.RunStarted) {
      isAtEnd = false;
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

  private static boolean isEnd(AgentEvent event) {
    return event instanceof AgentEvent.RunFinished finished
        && !(finished.result().end() instanceof RunEnd.Waiting)
        && !(finished.result().end() instanceof RunEnd.Yielded);
  }

  /** Whether a drive is over and the run is not, whatever keeps it from its end. */
  static boolean isLetGoOf(AgentEvent event) {
    return event instanceof AgentEvent.RunFinished finished
        && switch (finished.result().end()) {
          case RunEnd.Waiting _, RunEnd.Yielded _ -> true;
          case RunEnd.Failed failed -> passes(failed.problem());
          case RunEnd.Completed _, RunEnd.Stopped _, RunEnd.Cancelled _ -> false;
        };
  }

  /**
   * Whether it says that another server drives the run, or that the database, the store of
   * workspaces or Temporal is away. A store that answers and has lost a workspace (E527) is not.
   */
  static boolean passes(Problem problem) {
    return Set.of("E502", "E504", "E505", "E506", "E530", "E525", "E594", "E590")
        .contains(problem.code());
  }

  synchronized boolean isDrivenHere() {
    return isDrivenHere;
  }

  /** It is not driven here any more: from now on its journal tells of it, from the beginning. */
  synchronized void letGo() {
    isDrivenHere = false;
    isLaunched = false;
    seen = 0;
    ends = 0;
  }

  /**
   * Adds what others have appended to its journal since the last call; returns that. While it is
   * driven here its events tell more.
   */
  synchronized List<Recorded> readOn() {
    if (isDrivenHere) {
      return List.of();
    }
    List<Recorded> news;
    try {
      news = journal.read(id(), seen);
    } catch (ProblemException e) {
      if (e.problem().code().equals("E501")) {
        return List.of();
      }
      throw e;
    }
    if (news.isEmpty()) {
      return news;
    }
    state = null;
    if (!isDecided) {
      if (seen == 0) {
        fold = new StatusFold(clock);
      }
      news.forEach(fold::add);
    }
    seen += news.size();
    ends += (int) news.stream().filter(one -> one.entry() instanceof RunFinished).count();
    isAtEnd = news.getLast().entry() instanceof RunFinished;
    isCompleted =
        news.getLast().entry() instanceof RunFinished(RunEnd end)
            && end instanceof RunEnd.Completed;
    lastNews = System.nanoTime();
    patience = QUIET;
    goesOn = isPassed();
    if (goesOn) {
      Recorded last = news.getLast();
      fold.add(new Recorded(last.seq(), last.time(), new JournalEntry.RunResumed("")));
    }
    return news;
  }

  /** Whether its journal stopped at an end behind which nobody had asked to go on. */
  synchronized boolean isOver() {
    return isAtEnd && !goesOn;
  }

  /** Whether its journal stops at an end behind which somebody has asked to go on by now. */
  synchronized boolean isPassed() {
    return isAtEnd && desk.isResumeAsked(id(), ends) && (!isCompleted || desk.isToGoOn(id()));
  }

  /** Whether somebody has reported how it ended, whatever its run does. */
  synchronized boolean isDecided() {
    return isDecided;
  }

  /** It was looked at, and stands as it stood. */
  synchronized void lookedAt() {
    lastNews = System.nanoTime();
    patience = patience.compareTo(LONGEST_QUIET) < 0 ? patience.multipliedBy(2) : patience;
  }

  /** Whether nothing was appended for a while, which grows with each look that found nothing. */
  synchronized boolean isQuiet() {
    return System.nanoTime() - lastNews > patience.toNanos();
  }

  /** Whether its journal has more than was read of it. */
  synchronized boolean isBehind(Map<String, Journal.Head> heads) {
    Journal.Head head = heads.get(id());
    return head != null && head.entries() > seen;
  }

  /** Once, until it is to be launched later. */
  synchronized boolean mayBeLaunched() {
    boolean may = !isLaunched;
    isLaunched = true;
    return may;
  }

  synchronized void launchLater() {
    isLaunched = false;
  }

  synchronized boolean isLaunched() {
    return isLaunched;
  }

  /** It cannot go on; where somebody wanted it to end, that is its end. */
  synchronized void fail(String error) {
    state = null;
    if (!isDecided) {
      if (isToEnd()) {
        fold.cancelled();
      } else {
        fold.failed(error);
      }
      // It has gone on, if only as far as this.
      isAtEnd = false;
    }
  }

  private boolean isToEnd() {
    // One whose run has not begun has no journal to ask.
    return journal.heads(Set.of(id())).containsKey(id()) && desk.isCancelAsked(id());
  }

  /** Somebody reports a status. What is terminal in it counts, whatever the run does from there. */
  synchronized void merge(AgentExecutionStatus report) {
    state = null;
    fold.merge(report);
    isDecided |= StatusMerge.isTerminal(report.getPhase());
  }

  /** As it is now: the same object until something changes, so that its readers share it. */
  synchronized AgentExecution state() {
    AgentExecution now = state;
    if (now == null) {
      now = stored.toBuilder().setStatus(status(stored)).build();
      state = now;
    }
    return now;
  }

  /** Whether it is over as far as is known here, written down or not. */
  boolean hasEnded() {
    return StatusMerge.isTerminal(state().getStatus().getPhase());
  }

  /** Nobody follows it here any more. */
  void gone() {
    gone.countDown();
  }

  /**
   * Waits until its end is written down, for whoever has seen that and asks for more at once; not
   * for ever, as the database may be away.
   */
  void awaitGone() {
    try {
      boolean _ =
          hasEnded() && !isDecided() && gone.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Its status over the audit of a stored execution. */
  synchronized AgentExecutionStatus status(AgentExecution other) {
    return fold.status().toBuilder().setAudit(other.getStatus().getAudit()).build();
  }
}
