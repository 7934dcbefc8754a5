package ai.stigmer.testkit.journal;

import static ai.stigmer.testkit.journal.JournalContract.assertCode;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Inbox.Posted;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.testkit.journal.JournalContract.Owners;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The contract of {@link Inbox}, for every journal that has one: extend it. */
public abstract class InboxContract {
  private static final int DECIDERS = 8;

  /** Opens a journal without runs; the test closes it. Called once per test. */
  protected abstract Journal open(Owners owners);

  @Test
  void aPostIsFoundByRunAndTopicAndByNothingElse() {
    try (Journal journal = open(Owners.LIVING)) {
      // Given
      journal.create("r", "me").close();
      journal.create("s", "me").close();
      Post post = decision("r.1", "h", new ApprovalDecision.Denied("n\u00f6 \ud83d\ude80 \u0000"));
      // When
      Receipt receipt = journal.inbox().post("r", post);
      // Then
      assertThat(receipt).isInstanceOf(Receipt.Taken.class);
      assertThat(journal.inbox().find("r", post.topic())).contains(receipt.standing());
      assertThat(receipt.standing().post()).isEqualTo(post);
      assertThat(journal.inbox().find("s", post.topic())).isEmpty();
      assertThat(journal.inbox().find("r", Post.Decision.topic("r.1", "other"))).isEmpty();
    }
  }

  @Test
  void theFirstPostCountsAndTheSecondIsToldOfIt() {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      Post first = decision("r.1", "h", new ApprovalDecision.Approved());
      Posted standing = journal.inbox().post("r", first).standing();
      Receipt second =
          journal.inbox().post("r", decision("r.1", "h", new ApprovalDecision.Denied("no")));
      assertThat(second).isEqualTo(new Receipt.Late(standing));
      assertThat(journal.inbox().find("r", first.topic())).contains(standing);
    }
  }

  @Test
  void aDecisionAboutAnotherHashTakesNoPlace() {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      journal.inbox().post("r", decision("r.1", "forged", new ApprovalDecision.Approved()));
      Post right = decision("r.1", "h", new ApprovalDecision.Denied("no"));
      assertThat(journal.inbox().post("r", right)).isInstanceOf(Receipt.Taken.class);
    }
  }

  @Test
  void messagesAndRequestsToEndAreFoundByTheirNumber() {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      for (Post post :
          List.of(
              new Post.Message(1, "n\u00f6 \ud83d\ude80", "me"),
              new Post.Message(2, "more", "me"),
              new Post.Cancel(1, "me"),
              new Post.Resume(1, "me"),
              new Post.Hold(1, "r_1", 2, 3, 4, new BigDecimal("0.05")))) {
        assertThat(journal.inbox().post("r", post)).isInstanceOf(Receipt.Taken.class);
        assertThat(journal.inbox().find("r", post.topic()).map(Posted::post)).contains(post);
      }
      assertThat(journal.inbox().find("r", Post.Message.topic(3))).isEmpty();
    }
  }

  @Test
  void severalPostsOfARunAreFoundAtOnceAndThoseThatAreNotThereAreLeftOut() {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      journal.create("s", "me").close();
      Posted one = journal.inbox().post("r", new Post.Message(1, "one", "me")).standing();
      Posted two = journal.inbox().post("r", new Post.Message(2, "two", "me")).standing();
      journal.inbox().post("s", new Post.Message(3, "of another", "me"));
      assertThat(journal.inbox().find("r", List.of("message/1", "message/2", "message/3")))
          .isEqualTo(Map.of("message/1", one, "message/2", two));
      assertThat(journal.inbox().find("r", List.of())).isEmpty();
    }
  }

  @Test
  void aPostToARunThatIsNotThereIsRefused() {
    try (Journal journal = open(Owners.LIVING)) {
      assertCode(
          "E501",
          () -> journal.inbox().post("no", decision("no.1", "h", new ApprovalDecision.Approved())));
    }
  }

  @Test
  void whoWatchesIsToldOfAPostUntilItStops() {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      var told = new AtomicInteger();
      try (var _ = journal.inbox().watch(told::incrementAndGet)) {
        journal.inbox().post("r", decision("r.1", "h", new ApprovalDecision.Approved()));
        assertThat(told).hasValue(1);
      }
      journal.inbox().post("r", decision("r.2", "h", new ApprovalDecision.Approved()));
      assertThat(told).hasValue(1);
    }
  }

  @Test
  void runsAreToldThatSomebodyHasLeftWordForSinceThenWithTheTimeOfTheLastWord() {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      journal.create("s", "me").close();
      journal.create("silent", "me").close();
      Posted first =
          journal
              .inbox()
              .post("r", decision("r.1", "h", new ApprovalDecision.Approved()))
              .standing();
      Posted last = journal.inbox().post("r", new Post.Cancel(1, "me")).standing();
      Posted other = journal.inbox().post("s", new Post.Message(1, "hello", "me")).standing();
      journal.inbox().post("silent", new Post.Hold(1, "silent", 0, 0, 1, BigDecimal.ONE));
      assertThat(journal.inbox().postedSince(first.time()))
          .isEqualTo(Map.of("r", later(first, last), "s", other.time()));
      assertThat(journal.inbox().postedSince(Instant.parse("9999-01-01T00:00:00Z")))
          .as("ahead of all of them")
          .isEmpty();
    }
  }

  private static Instant later(Posted one, Posted other) {
    return one.time().isAfter(other.time()) ? one.time() : other.time();
  }

  @Test
  void anybodyPostsWhileAnOwnerHoldsTheRun() {
    try (Journal journal = open(Owners.LIVING);
        var _ = journal.create("r", "me")) {
      Post post = decision("r.1", "h", new ApprovalDecision.Approved());
      assertThat(journal.inbox().post("r", post)).isInstanceOf(Receipt.Taken.class);
    }
  }

  @Test
  void ofEightDecidersAtOnceExactlyOneWinsAndTheOthersAreToldWho() throws Exception {
    try (Journal journal = open(Owners.LIVING);
        ExecutorService pool = Executors.newFixedThreadPool(DECIDERS)) {
      journal.create("r", "me").close();
      for (int round = 0; round < 20; round++) {
        // When
        String id = "r." + round;
        var start = new CountDownLatch(1);
        var deciders = new ArrayList<Callable<Receipt>>();
        for (int i = 0; i < DECIDERS; i++) {
          Post mine = decision(id, "h", new ApprovalDecision.Denied("reason " + i));
          deciders.add(
              () -> {
                start.await();
                return journal.inbox().post("r", mine);
              });
        }
        List<Future<Receipt>> posting = deciders.stream().map(pool::submit).toList();
        start.countDown();
        var receipts = new ArrayList<Receipt>();
        for (Future<Receipt> future : posting) {
          receipts.add(future.get());
        }
        // Then
        assertThat(receipts).filteredOn(Receipt.Taken.class::isInstance).hasSize(1);
        assertThat(receipts.stream().map(Receipt::standing).distinct()).hasSize(1);
      }
    }
  }

  static Post decision(String id, String hash, ApprovalDecision decision) {
    return new Post.Decision(id, hash, decision, "somebody");
  }
}
