package ai.stigmer.server.events;

import ai.stigmer.graphton.journal.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

/**
 * The newest entries of one run, for all who follow it: what one of them reads from the journal
 * serves the others.
 *
 * <p>Thread contract: thread-safe; {@link #grown} never blocks.
 */
final class NewestEntries {
  /** How many entries are kept; who is further behind reads the journal. */
  static final int MOST = 64;

  private static final long NOWHERE = -1;

  private final LongFunction<List<Recorded>> journal;
  private final AtomicBoolean isStale = new AtomicBoolean(true);
  private final List<Recorded> newest = new ArrayList<>();
  private long end = NOWHERE;

  /**
   * @param journal gives the run's entries behind a sequence number
   */
  NewestEntries(LongFunction<List<Recorded>> journal) {
    this.journal = journal;
  }

  /** The journal has more than it had. */
  void grown() {
    isStale.set(true);
  }

  /** Whoever could not look leaves the look to the next one. */
  private List<Recorded> more() {
    try {
      return journal.apply(end);
    } catch (RuntimeException e) {
      isStale.set(true);
      throw e;
    }
  }

  /** The entries behind a sequence number, as of the last time that the run was heard to grow. */
  synchronized List<Recorded> behind(long after) {
    if (end == NOWHERE) {
      end = after;
    }
    if (after < end - newest.size()) {
      return journal.apply(after);
    }
    if (isStale.getAndSet(false)) {
      List<Recorded> more = more();
      newest.addAll(more);
      end += more.size();
    }
    int known = (int) Math.min(newest.size(), after - (end - newest.size()));
    List<Recorded> behind = List.copyOf(newest.subList(known, newest.size()));
    newest.subList(0, Math.max(0, newest.size() - MOST)).clear();
    return behind;
  }
}
