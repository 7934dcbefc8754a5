package ai.stigmer.store;

import ai.stigmer.graphton.error.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One writing connection for all threads. Whoever gets the lock commits everything that waits, in
 * one transaction; the others sleep until their work is done or it is their turn. A failure of the
 * disk fails all work that it hits and everything after it: what a failed flush left on the disk is
 * not known, so only opening the file again can tell.
 *
 * <p>No wake-up is lost: work is queued before the lock is tried, and who gives the lock back wakes
 * the first that still waits.
 */
final class GroupCommit implements AutoCloseable {

  /**
   * Work within a transaction. It refuses by {@link ProblemException} before it has changed
   * anything.
   */
  @FunctionalInterface
  interface Work<T> {
    T apply(Connection connection) throws SQLException;
  }

  private static final int MOST_AT_ONCE = 1_024;
  private static final long UNKNOWN = -1;
  private static final String LAST = "SELECT coalesce(max(id), 0) FROM entries";

  private final Path file;
  private final Connection connection;
  private final Statements statements;
  private final ConcurrentLinkedQueue<Waiting<?>> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private long lastKey = UNKNOWN;
  private @Nullable ProblemException broken;

  GroupCommit(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
    this.statements = new Statements(connection);
    try {
      leaveTransactionsToUs(connection);
    } catch (SQLException e) {
      throw StoreProblems.of(file, e);
    }
  }

  /** Otherwise the driver tries to begin a transaction before each statement. */
  private static void leaveTransactionsToUs(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    Database.execute(connection, "COMMIT");
  }

  /** Does the work and returns when it is durable. */
  <T> T commit(Work<T> work) {
    var waiting = new Waiting<T>(work);
    queue.add(waiting);
    queued.incrementAndGet();
    boolean interrupted = false;
    while (!waiting.done) {
      if (lock.tryLock()) {
        try {
          commitWaiting();
        } finally {
          lock.unlock();
        }
        wakeNext();
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return waiting.result();
  }

  /** A statement that is compiled once; only for work, and only within its transaction. */
  PreparedStatement prepared(String sql) throws SQLException {
    return statements.of(sql);
  }

  /**
   * Keys for new entries, behind those of all that are there; only for work, and only within its
   * transaction.
   *
   * @return the first of them
   */
  long newKeys(int count) throws SQLException {
    if (lastKey == UNKNOWN) {
      try (ResultSet last = prepared(LAST).executeQuery()) {
        lastKey = last.getLong(1);
      }
    }
    long first = lastKey + 1;
    lastKey += count;
    return first;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      connection.close();
    } catch (SQLException e) {
      throw StoreProblems.of(file, e);
    } finally {
      lock.unlock();
    }
  }

  private void wakeNext() {
    Waiting<?> next = queue.peek();
    if (next != null) {
      LockSupport.unpark(next.thread);
    }
  }

  /** Lets those go first who are about to queue: a commit costs the same for one and for many. */
  @SuppressWarnings("ThreadPriorityCheck") // A yield that does nothing only makes a commit smaller.
  private void gather() {
    int before;
    int now = queued.get();
    do {
      before = now;
      Thread.yield();
      now = queued.get();
    } while (now > before && now < MOST_AT_ONCE);
  }

  private void commitWaiting() {
    gather();
    var batch = new ArrayList<Waiting<?>>();
    for (Waiting<?> next = queue.poll(); next != null; next = queue.poll()) {
      batch.add(next);
      queued.decrementAndGet();
      if (batch.size() == MOST_AT_ONCE) {
        break;
      }
    }
    if (batch.isEmpty()) {
      return;
    }
    if (broken != null) {
      fail(batch, broken);
      return;
    }
    try {
      prepared("BEGIN IMMEDIATE").execute();
      lastKey = UNKNOWN; // Another process may have written since.
      for (Waiting<?> waiting : batch) {
        waiting.apply(connection);
      }
      prepared("COMMIT").execute();
      batch.forEach(Waiting::finish);
    } catch (SQLException e) {
      ProblemException problem = statements.failed(file, e);
      rollBack();
      if (problem.problem().code().equals("E506")) {
        broken = problem;
      }
      fail(batch, problem);
    } catch (RuntimeException | Error e) {
      rollBack();
      broken = StoreProblems.brokenOff(file, e);
      fail(batch, broken);
    }
  }

  private void rollBack() {
    try {
      Database.execute(connection, "ROLLBACK");
    } catch (SQLException e) {
      // SQLite has rolled back already.
    }
  }

  private static void fail(List<Waiting<?>> batch, ProblemException problem) {
    for (Waiting<?> waiting : batch) {
      waiting.failure = problem;
      waiting.finish();
    }
  }

  /** One thread's work. Its fields are written before {@code done} is, and read after it. */
  private static final class Waiting<T> {
    private final Work<T> work;
    private final Thread thread = Thread.currentThread();
    private volatile boolean done;
    private @Nullable T value;
    private @Nullable RuntimeException failure;

    Waiting(Work<T> work) {
      this.work = work;
    }

    void apply(Connection connection) throws SQLException {
      try {
        value = work.apply(connection);
      } catch (ProblemException e) {
        failure = e;
      }
    }

    void finish() {
      done = true;
      LockSupport.unpark(thread);
    }

    T result() {
      if (failure != null) {
        throw failure;
      }
      if (value == null) {
        throw new IllegalStateException("the work gave no value");
      }
      return value;
    }
  }
}
