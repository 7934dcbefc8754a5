package ai.stigmer.store;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.Watchers;
import ai.stigmer.store.PostgresPool.Commit;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/*
 * A notification within the appending transaction would take a lock of the whole database until the commit is on the
 * disk, one transaction after the other; so appends are told afterwards, many in one go, and without waiting for the
 * disk. What is lost on the way costs a follower only the time until it looks by itself.
 */
/**
 * Tells other processes of appends and posts by NOTIFY, and hears of theirs by LISTEN on a
 * connection of its own, which is opened for the first who watches. Two virtual threads.
 */
final class PostgresNews implements AutoCloseable {
  private static final String CHANNEL = "stigmer";

  /** Stands for a post; no run has this id. */
  private static final String POST = "";

  private static final String TELL =
      "SELECT pg_notify('" + CHANNEL + "', run) FROM unnest(?) AS t(run)";
  private static final Duration BETWEEN = Duration.ofMillis(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int LISTEN_MILLIS = 1_000;

  private final PostgresPool pool;
  private final Set<String> untold = ConcurrentHashMap.newKeySet();
  private final Semaphore work = new Semaphore(0);
  private final List<Consumer<String>> watchers = new CopyOnWriteArrayList<>();
  private final Watchers posts = new Watchers();
  private final AtomicBoolean telling = new AtomicBoolean();
  private final AtomicBoolean listening = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  PostgresNews(PostgresPool pool) {
    this.pool = pool;
  }

  /** Something was appended to a run by this process. */
  void appended(String runId) {
    watchers.forEach(watcher -> watcher.accept(runId));
    tell(runId);
  }

  /** Something was posted by this process. */
  void posted() {
    posts.tell();
    tell(POST);
  }

  Registration watch(Consumer<String> appended) {
    watchers.add(appended);
    listen();
    return () -> watchers.remove(appended);
  }

  Registration watchPosts(Runnable posted) {
    Registration registration = posts.add(posted);
    listen();
    return registration;
  }

  @Override
  public void close() {
    closed.countDown();
    work.release();
  }

  private void tell(String what) {
    if (untold.add(what)) {
      work.release();
    }
    if (telling.compareAndSet(false, true)) {
      Thread.ofVirtual().name("stigmer-notify").start(this::tellAll);
    }
  }

  private void tellAll() {
    try {
      work.acquire();
      while (closed.getCount() > 0) {
        work.drainPermits();
        List<String> some = List.copyOf(untold);
        some.forEach(untold::remove);
        try {
          pool.once(Commit.TOGETHER, connection -> tell(connection, some));
        } catch (SQLException e) {
          // Followers look by themselves.
        } catch (RuntimeException e) {
          trouble(e);
        }
        closed.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
        work.acquire();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Boolean tell(Connection connection, List<String> runs) throws SQLException {
    Database.execute(connection, "SET LOCAL synchronous_commit = off");
    try (PreparedStatement notify = connection.prepareStatement(TELL)) {
      notify.setArray(1, connection.createArrayOf("text", runs.toArray()));
      return notify.execute();
    }
  }

  private void listen() {
    if (listening.compareAndSet(false, true)) {
      Thread.ofVirtual().name("stigmer-listen").start(this::hear);
    }
  }

  private void hear() {
    try {
      while (closed.getCount() > 0) {
        try (Connection connection =
            DriverManager.getConnection(pool.url().jdbc(), PostgresPool.properties(pool.url()))) {
          Database.execute(connection, "LISTEN " + CHANNEL);
          hear(connection.unwrap(PGConnection.class));
        } catch (SQLException e) {
          closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RuntimeException e) {
          trouble(e);
          closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** News must not end for good because one of them, or one who hears it, is not in order. */
  private void trouble(RuntimeException e) {
    if (closed.getCount() > 0) {
      pool.note("news of the database were not told or heard: " + e);
    }
  }

  private void hear(PGConnection connection) throws SQLException {
    while (closed.getCount() > 0) {
      for (PGNotification heard : connection.getNotifications(LISTEN_MILLIS)) {
        String what = heard.getParameter();
        if (what.equals(POST)) {
          posts.tell();
        } else {
          watchers.forEach(watcher -> watcher.accept(what));
        }
      }
    }
  }
}
