package ai.stigmer.server.run;

import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import java.util.Map;
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
  private final Map<String, String> topics = new ConcurrentHashMap<>();
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

  /** Follows a run that may have begun to wait in another process. */
  void follow(String id) {
    journal.read(id).forEach(recorded -> saw(id, recorded.entry()));
  }

  void saw(String id, JournalEntry entry) {
    switch (entry) {
      case JournalEntry.ApprovalRequested requested -> ask(id, requested.request());
      case JournalEntry.ApprovalDecided _ -> forget(id);
      default -> {}
    }
  }

  /** Whether a run waits for somebody's word. */
  boolean isAsked(String id) {
    return topics.containsKey(id);
  }

  void saw(String id, AgentEvent event) {
    switch (event) {
      case AgentEvent.ApprovalRequested requested -> ask(id, requested.request());
      case AgentEvent.ApprovalDecided _ -> forget(id);
      default -> {}
    }
  }

  private void ask(String id, ApprovalRequest request) {
    topics.put(id, Post.Decision.topic(request.id(), request.hash()));
  }

  boolean isAsking(String id) {
    return topics.containsKey(id);
  }

  void forget(String id) {
    topics.remove(id);
  }

  private void look() {
    try {
      long took = 0;
      while (!closed) {
        // However many wait, looking takes at most a tenth of the time.
        boolean _ = signal.tryAcquire(Math.max(MILLIS, took * SHARE), TimeUnit.MILLISECONDS);
        signal.drainPermits();
        long begin = System.nanoTime();
        topics.forEach(
            (id, topic) -> {
              if (journal.inbox().find(id, topic).isPresent()) {
                wake.accept(id);
              }
            });
        took = (System.nanoTime() - begin) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
    signal.release();
  }
}
