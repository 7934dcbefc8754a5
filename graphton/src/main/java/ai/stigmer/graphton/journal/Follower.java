package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Reads a run as it grows, whoever writes it: each entry once and in order. Looking is the truth; a
 * journal that tells of appends only makes it look sooner.
 *
 * <p>Thread contract: one thread at a time; {@link #close} from any.
 */
public final class Follower implements AutoCloseable {
  private final Journal journal;
  private final String runId;
  private final Semaphore news = new Semaphore(0);
  private final Registration watching;
  private long seen;
  private volatile boolean closed;

  private Follower(Journal journal, String runId, long after) {
    this.journal = journal;
    this.runId = runId;
    this.seen = after;
    this.watching = journal.watch(this::told);
  }

  /**
   * Follows a run.
   *
   * @param after the sequence number of the last entry that is known, 0 for none
   */
  public static Follower of(Journal journal, String runId, long after) {
    if (after < 0) {
      throw new IllegalArgumentException("after is negative");
    }
    return new Follower(requireNonNull(journal), requireNonNull(runId), after);
  }

  /**
   * What was appended since the last call; waits for it.
   *
   * @param within looks again after so long at the latest, and returns what there is
   * @return empty when nothing was appended within that time, or the follower is closed
   * @throws ai.stigmer.graphton.error.ProblemException as {@link Journal#read(String, long)} does
   */
  public List<Recorded> next(Duration within) throws InterruptedException {
    List<Recorded> found = look();
    if (!found.isEmpty() || closed) {
      return found;
    }
    if (news.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS)) {
      news.drainPermits();
    }
    return look();
  }

  private List<Recorded> look() {
    if (closed) {
      return List.of();
    }
    List<Recorded> found = journal.read(runId, seen);
    seen += found.size();
    return found;
  }

  private void told(String appendedTo) {
    if (appendedTo.equals(runId)) {
      news.release();
    }
  }

  @Override
  public void close() {
    closed = true;
    watching.close();
    news.release();
  }
}
