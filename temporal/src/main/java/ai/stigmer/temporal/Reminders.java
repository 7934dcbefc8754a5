package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.SteeringDesk;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/*
 * One look of a worker for all runs, in place of one by each run that waits: what it costs depends on how much was
 * decided lately, and not on how many wait. Every worker looks; a run is signalled only while its word lies there, so
 * that a word of which its workflow was told costs no signal.
 */
/**
 * Wakes runs that somebody has left word for without telling their workflow: who decides may know
 * nothing of Temporal, or may have died in between.
 *
 * <p>Thread: a virtual one of its own, until it is closed.
 */
final class Reminders implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** Whoever leaves word is about to tell the workflow, too. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Covers clocks that differ. */
  private static final Duration WINDOW = Duration.ofHours(1);

  /** Words from before this worker was there, and those that no workflow could be told of. */
  private static final Duration LONGEST = Duration.ofDays(7);

  private final WorkflowClient client;
  private final Journal journal;
  private final InstantSource clock;
  private final ApprovalDesk approvals;
  private final SteeringDesk steering;
  private final Map<String, Instant> seen = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private Instant since = Instant.MIN;

  Reminders(WorkflowClient client, Journal journal, InstantSource clock) {
    this.client = requireNonNull(client, "client is null");
    this.journal = requireNonNull(journal, "journal is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.approvals = new ApprovalDesk(journal);
    this.steering = new SteeringDesk(journal);
  }

  static Reminders start(WorkflowClient client, Journal journal) {
    var reminders = new Reminders(client, journal, InstantSource.system());
    Thread.ofVirtual().name("stigmer-reminders").start(reminders::lookUntilClosed);
    return reminders;
  }

  private void lookUntilClosed() {
    try {
      do {
        try {
          look();
        } catch (RuntimeException e) {
          // The journal is away, as a rule; words wait there until it is back.
        }
      } while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look. Not thread-safe. */
  void look() {
    Instant now = clock.instant();
    Instant longest = now.minus(LONGEST);
    Map<String, Instant> posted =
        journal.inbox().postedSince(since.isAfter(longest) ? since : longest);
    seen.keySet().retainAll(posted.keySet());
    boolean all = true;
    for (Map.Entry<String, Instant> word : posted.entrySet()) {
      String runId = word.getKey();
      Instant time = word.getValue();
      if (time.isBefore(now.minus(GRACE)) && !time.equals(seen.get(runId))) {
        if (isDone(runId)) {
          seen.put(runId, time);
        } else {
          all = false;
        }
      }
    }
    if (all) {
      since = now.minus(WINDOW);
    }
  }

  /** Returns false when it has to be tried again. */
  private boolean isDone(String runId) {
    try {
      if (approvals.isWordWaiting(runId) || steering.isCancelAsked(runId)) {
        // Where there is none, it is driven otherwise, or over.
        var _ = ChildWorkflows.isNearestTold(client, runId);
      }
      return true;
    } catch (RuntimeException e) {
      // Temporal or the journal is away, or this one run is damaged: the others are looked at.
      return false;
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
