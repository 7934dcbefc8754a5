package ai.stigmer.store;

import static ai.stigmer.store.PostgresJournalTest.said;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.Follower;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Other processes hear of appends and posts; here each is a journal with connections of its own.
 */
class PostgresNewsTest {
  private static final int MOST_TRIES = 1_000;
  private static final Duration FOR_EVER = Duration.ofMinutes(10);

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

  private static PostgresJournal open(String url) {
    return PostgresJournal.open(PostgresUrl.parse(url), InstantSource.system(), _ -> {});
  }

  @Test
  void aFollowerElsewhereIsWokenByEachAppendToItsRun() throws Exception {
    String url = requireNonNull(server).newDatabase();
    try (PostgresJournal here = open(url);
        PostgresJournal there = open(url);
        JournalWriter writer = here.create("r", "me");
        JournalWriter other = here.create("other", "me")) {
      awaitListening(there, writer);
      long before = there.read("r").size();
      try (Follower follower = Follower.of(there, "r", before)) {
        // When: nothing but the news can wake it in time.
        var followed = new LinkedBlockingQueue<Recorded>();
        Thread following =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        while (followed.size() < 20) {
                          followed.addAll(follower.next(FOR_EVER));
                        }
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    });
        for (int i = 0; i < 20; i++) {
          writer.append(said("n" + i));
          other.append(said("not this"));
        }
        following.join();
        // Then
        assertThat(new ArrayList<>(followed)).isEqualTo(there.read("r", before));
      }
    }
  }

  @Test
  void aPostWakesTheOwnerElsewhere() throws Exception {
    String url = requireNonNull(server).newDatabase();
    try (PostgresJournal here = open(url);
        PostgresJournal there = open(url);
        JournalWriter writer = here.create("r", "me")) {
      var told = new CountDownLatch(1);
      try (var _ = there.inbox().watch(told::countDown)) {
        awaitListening(there, writer);
        here.inbox()
            .post("r", new Post.Decision("r.1", "h", new ApprovalDecision.Approved(), "somebody"));
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void aFollowerThatIsClosedStopsWaiting() throws Exception {
    try (PostgresJournal journal = open(requireNonNull(server).newDatabase());
        JournalWriter _ = journal.create("r", "me")) {
      Follower follower = Follower.of(journal, "r", 0);
      var result = new LinkedBlockingQueue<List<Recorded>>();
      Thread waiting =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      result.add(follower.next(FOR_EVER));
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      follower.close();
      waiting.join();
      assertThat(result).containsExactly(List.of());
    }
  }

  /** Until a first piece of news has come through, nobody knows that somebody listens. */
  private static void awaitListening(PostgresJournal there, JournalWriter writer)
      throws InterruptedException {
    var heard = new CountDownLatch(1);
    try (var _ = there.watch(_ -> heard.countDown())) {
      for (int tries = 0; !heard.await(50, TimeUnit.MILLISECONDS); tries++) {
        assertThat(tries).as("nothing is heard").isLessThan(MOST_TRIES);
        writer.append(said("is anybody there?"));
      }
    }
  }
}
