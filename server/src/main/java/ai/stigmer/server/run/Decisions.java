package ai.stigmer.server.run;

import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Wakes runs that wait for somebody's word when there is one: at once when it was left through this
 * process, and within half a second when through another.
 *
 * <p>Thread: a virtual one of its own, until it is closed.
 */
final class Decisions implements AutoCloseable {
  private static final long MILLIS = 500;
  private static final int SHARE = 10;

  private final Journal journal;
  private final Consumer<String> wake;
  private final Map<String, Set<Place>> asked = new ConcurrentHashMap<>();
  private final Semaphore signal = new Semaphore(0);
  private final Registration watch;
  private volatile boolean closed;

  /**
   * @param wake gets the id of a run that may go on
   */
  Decisions(Journal journal, Consumer<String> wake) {
    this.journal = journal;
    this.wake = wake;
    this.watch = journal.inbox().watch(signal::release);
    Thread.ofVirtual().name("decisions").start(this::look);
  }

  /**
   * Where a word would stand.
   *
   * @param runId the execution's run, or that of a sub-agent of it
   */
  private record Place(String runId, String approval, String topic) {}

  /** Follows a run, and its sub-agents, that may have begun to wait in another process. */
  void follow(String id) {
    follow(id, id);
  }

  private void follow(String id, String runId) {
    for (Recorded recorded : journal.read(runId)) {
      if (recorded.entry() instanceof JournalEntry.ChildStarted child) {
        follow(id, child.childRunId());
      } else {
        saw(id, runId, recorded.entry());
      }
    }
  }

  /** Something was appended to an execution's own run. */
  void saw(String id, JournalEntry entry) {
    saw(id, id, entry);
  }

  private void saw(String id, String runId, JournalEntry entry) {
    switch (entry) {
      case JournalEntry.ApprovalRequested requested -> ask(id, runId, requested.request());
      case JournalEntry.ApprovalDecided decided -> decided(id, runId, decided.approval());
      default -> {}
    }
  }

  /** Something happened in an execution's run, or in one of its sub-agents. */
  void saw(String id, AgentEvent event) {
    saw(id, id, event);
  }

  private void saw(String id, String runId, AgentEvent event) {
    switch (event) {
      case AgentEvent.ApprovalRequested requested -> ask(id, runId, requested.request());
      case AgentEvent.ApprovalDecided decided -> decided(id, runId, decided.request().id());
      case AgentEvent.Child child -> saw(id, child.runId(), child.event());
      default -> {}
    }
  }

  private void ask(String id, String runId, ApprovalRequest request) {
    var place = new Place(runId, request.id(), Post.Decision.topic(request.id(), request.hash()));
    asked.compute(
        id,
        (key, known) -> {
          Set<Place> places = known == null ? ConcurrentHashMap.newKeySet() : known;
          places.add(place);
          return places;
        });
  }

  private void decided(String id, String runId, String approval) {
    asked.computeIfPresent(
        id,
        (key, places) -> {
          places.removeIf(
              place -> place.runId().equals(runId) && place.approval().equals(approval));
          return places.isEmpty() ? null : places;
        });
  }

  /** Whether a run waits for somebody's word. */
  boolean isAsked(String id) {
    return asked.containsKey(id);
  }

  void forget(String id) {
    asked.remove(id);
  }

  private void look() {
    try {
      long took = 0;
      while (!closed) {
        // However many wait, looking takes at most a tenth of the time.
        boolean _ = signal.tryAcquire(Math.max(MILLIS, took * SHARE), TimeUnit.MILLISECONDS);
        signal.drainPermits();
        long begin = System.nanoTime();
        asked.forEach(
            (id, places) -> {
              if (places.stream().anyMatch(this::hasWord)) {
                wake.accept(id);
              }
            });
        took = (System.nanoTime() - begin) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean hasWord(Place place) {
    return journal.inbox().find(place.runId(), place.topic()).isPresent();
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
    signal.release();
  }
}
