package ai.stigmer.store;

import static ai.stigmer.store.PostgresJournalTest.assertCode;
import static ai.stigmer.store.PostgresJournalTest.said;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Connections that are lost, and servers that die and come back, lose and double nothing. */
class PostgresFailoverTest {
  private static @Nullable PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static PostgresServer server() {
    return requireNonNull(server);
  }

  private static PostgresJournal open(String url, ConcurrentLinkedQueue<String> notes) {
    return PostgresJournal.open(
        PostgresUrl.parse(url),
        InstantSource.system(),
        notes::add,
        Owners::mayLive,
        Duration.ofSeconds(60));
  }

  private static PostgresJournal open(String url) {
    return open(url, new ConcurrentLinkedQueue<>());
  }

  private static String through(CuttingProxy proxy, String url) {
    return url.replace(":" + server().port() + "/", ":" + proxy.port() + "/");
  }

  @Test
  void anAppendWhoseAnswerWasLostIsThereOnceAndTheRunGoesOn() throws Exception {
    try (var proxy = new CuttingProxy(server().port(), "INTO entries", "moved");
        PostgresJournal journal = open(through(proxy, server().newDatabase()));
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(said("a"));
      for (int times = 1; times <= 3; times++) {
        proxy.loseAnswers(1);
        writer.append(said("b" + times, "c" + times));
        assertThat(proxy.cut()).isEqualTo(times);
      }
      writer.append(said("d"));
      assertThat(journal.read("r"))
          .extracting(Recorded::entry)
          .isEqualTo(said("a", "b1", "c1", "b2", "c2", "b3", "c3", "d"));
    }
  }

  @Test
  void anAppendThatNeverArrivedIsMadeAgain() throws Exception {
    try (var proxy = new CuttingProxy(server().port(), "INTO entries", "moved");
        PostgresJournal journal = open(through(proxy, server().newDatabase()));
        JournalWriter writer = journal.create("r", "me")) {
      proxy.loseStatements(3);
      assertThat(writer.append(said("a", "b"))).isEqualTo(2);
      assertThat(proxy.cut()).isEqualTo(3);
      assertThat(journal.read("r")).extracting(Recorded::entry).isEqualTo(said("a", "b"));
    }
  }

  @Test
  void aRunThatCouldNotBeGivenBackIsClaimedAgainByTheProcessThatLives() throws Exception {
    try (var proxy = new CuttingProxy(server().port(), "SET holder = ''", "UPDATE");
        PostgresJournal journal = open(through(proxy, server().newDatabase()))) {
      JournalWriter writer = journal.create("r", "me");
      writer.append(said("a"));
      proxy.loseStatements(1);
      writer.close();
      assertThat(proxy.cut()).isEqualTo(1);

      assertThat(journal.hold("r")).isEqualTo(Journal.Hold.NOBODY);
      try (JournalWriter next = journal.claim("r", "me")) {
        assertThat(next.append(said("b"))).isEqualTo(2);
      }
    }
  }

  @Test
  void aRunThatWasMadeAndWhoseAnswerWasLostIsOurs() throws Exception {
    String url = server().newDatabase();
    open(url).close();
    try (var proxy = new CuttingProxy(server().port(), "COMMIT", "COMMIT");
        PostgresJournal journal = open(through(proxy, url))) {
      proxy.loseAnswers(1);
      JournalWriter writer = journal.create("r", "me");
      assertThat(proxy.cut()).isEqualTo(1);
      assertThat(writer.append(said("a"))).isEqualTo(1);
      writer.close();
      proxy.loseAnswers(1);
      try (JournalWriter next = journal.claim("r", "me")) {
        assertThat(proxy.cut()).isEqualTo(2);
        assertThat(next.epoch()).as("claimed once").isEqualTo(2);
        assertThat(next.append(said("b"))).isEqualTo(2);
        assertCode("E504", () -> journal.create("r", "me"));
      }
    }
  }

  @Test
  void aPostWhoseAnswerWasLostCountsAndTheNextOneIsLate() throws Exception {
    try (var proxy = new CuttingProxy(server().port(), "COMMIT", "COMMIT");
        PostgresJournal journal = open(through(proxy, server().newDatabase()))) {
      journal.create("r", "me").close();
      proxy.loseAnswers(1);
      Post post = new Post.Decision("r.1", "h", new ApprovalDecision.Approved(), "somebody");
      assertThat(journal.inbox().post("r", post)).isInstanceOf(Receipt.Taken.class);
      assertThat(proxy.cut()).isEqualTo(1);
      Post other = new Post.Decision("r.1", "h", new ApprovalDecision.Denied("no"), "another");
      assertThat(journal.inbox().post("r", other)).isInstanceOf(Receipt.Late.class);
    }
  }

  @Test
  void anInterruptInTheMiddleOfAnAppendDoublesNothingAndStays() throws Exception {
    String url = server().newDatabase();
    PostgresUrl address = PostgresUrl.parse(url);
    try (PostgresJournal journal = open(url);
        JournalWriter writer = journal.create("r", "me");
        Connection other =
            DriverManager.getConnection(address.jdbc(), PostgresPool.properties(address))) {
      // Given: the append waits for somebody who holds the run's row.
      other.setAutoCommit(false);
      Database.execute(other, "SELECT 1 FROM executions FOR UPDATE");
      var interrupted = new AtomicBoolean();
      var started = new CountDownLatch(1);
      Thread appending =
          Thread.ofVirtual()
              .start(
                  () -> {
                    started.countDown();
                    writer.append(said("a"));
                    interrupted.set(Thread.interrupted());
                  });
      started.await();
      while (!Database.text(other, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
          .equals("t")) {
        Thread.onSpinWait();
      }
      // When
      appending.interrupt();
      other.rollback();
      appending.join();
      // Then
      assertThat(interrupted).isTrue();
      assertThat(writer.append(said("b"))).isEqualTo(2);
      assertThat(journal.read("r")).extracting(Recorded::entry).isEqualTo(said("a", "b"));
    }
  }

  @Test
  void runsGoOnThroughKillsAndRestartsOfTheServer() throws Exception {
    int writers = 12;
    var notes = new ConcurrentLinkedQueue<String>();
    try (PostgresServer mine = PostgresServer.start();
        PostgresJournal journal = open(mine.newDatabase(), notes);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var over = new AtomicBoolean();
      var appended = new AtomicInteger();
      var running = new ArrayList<Future<List<JournalEntry>>>();
      for (int i = 0; i < writers; i++) {
        String run = "r" + i;
        running.add(threads.submit(() -> appendUntil(journal, run, over, appended)));
      }
      // When
      for (int round = 0; round < 4; round++) {
        awaitMore(appended, 200);
        if (round % 2 == 0) {
          mine.kill();
        } else {
          mine.stop();
        }
        mine.restart();
      }
      awaitMore(appended, 200);
      over.set(true);
      // Then
      for (int i = 0; i < writers; i++) {
        List<JournalEntry> all = running.get(i).get();
        assertThat(journal.read("r" + i)).extracting(Recorded::entry).isEqualTo(all);
      }
      assertThat(notes).anyMatch(note -> note.contains("cannot be reached"));
      assertThat(notes).anyMatch(note -> note.contains("is back"));
      assertThat(String.join("\n", notes)).doesNotContain(mine.password());
    }
  }

  @Test
  void whoWaitsForADatabaseThatStaysAwayIsToldInTheEnd() {
    try (PostgresServer mine = PostgresServer.start();
        PostgresJournal journal =
            PostgresJournal.open(
                PostgresUrl.parse(mine.newDatabase()),
                InstantSource.system(),
                _ -> {},
                Owners::mayLive,
                Duration.ofMillis(300))) {
      JournalWriter writer = journal.create("r", "me");
      mine.kill();
      assertCode("E530", () -> writer.append(said("a")));
      mine.restart();
      assertCode("E505", () -> writer.append(said("a")));
    }
  }

  private static List<JournalEntry> appendUntil(
      PostgresJournal journal, String run, AtomicBoolean over, AtomicInteger appended) {
    var all = new ArrayList<JournalEntry>();
    try (JournalWriter writer = journal.create(run, "me")) {
      for (int i = 0; !over.get(); i++) {
        List<JournalEntry> batch = said(run + "/" + i, run + "/" + i + "b");
        all.addAll(batch);
        assertThat(writer.append(batch)).isEqualTo(all.size());
        appended.incrementAndGet();
      }
    }
    return all;
  }

  private static void awaitMore(AtomicInteger count, int more) {
    int until = count.get() + more;
    while (count.get() < until) {
      Thread.onSpinWait();
    }
  }
}
