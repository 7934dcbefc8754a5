package ai.stigmer.testkit.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Follower;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link Journal}, for every implementation: extend it, and say how to open one.
 *
 * <p>What threads do at once is in {@link ConcurrentJournalContract}.
 */
public abstract class JournalContract {

  /** Whether the journal under test takes those for alive who hold a run. */
  public enum Owners {
    LIVING,
    /** Every claim succeeds, as if the process that held the run had died. */
    DEAD
  }

  /** Opens a journal without runs; the test closes it. Called once per test. */
  protected abstract Journal open(Owners owners);

  @Test
  void whatWasAppendedIsReadBackEqualAndInOrder() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      // Given
      List<JournalEntry> all = SampleEntries.everyKind("text");
      // When
      writer.append(all.subList(0, 1));
      writer.append(all.subList(1, all.size()));
      // Then
      assertThat(entries(journal, "r")).isEqualTo(all);
    }
  }

  @Test
  void aRunInWhichNobodyWroteIsBegunByAnotherWhenItsMakerIsGone() {
    try (Journal journal = open(Owners.DEAD);
        JournalWriter _ = journal.create("r", "gone")) {
      try (JournalWriter writer = journal.begin("r", "me")) {
        writer.append(said("a"));
      }
      assertThat(entries(journal, "r")).isEqualTo(said("a"));
      assertCode("E504", () -> journal.begin("r", "late"));
    }
  }

  @Test
  void aRunThatSomebodyIsAboutToBeginIsLeftToThem() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "alive")) {
      assertCode("E502", () -> journal.begin("r", "me"));
      writer.append(said("a"));
      assertCode("E504", () -> journal.begin("r", "me"));
    }
  }

  @Test
  void sequenceNumbersCountFromOneWithoutGaps() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      assertThat(writer.append(said("a"))).isEqualTo(1);
      assertThat(writer.append(said("b", "c"))).isEqualTo(3);
      assertThat(writer.append(said("d"))).isEqualTo(4);
      assertThat(journal.read("r")).extracting(Recorded::seq).containsExactly(1L, 2L, 3L, 4L);
    }
  }

  @Test
  void anAppendOfNothingChangesNothing() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(said("a"));
      assertThat(writer.append(List.of())).isEqualTo(1);
      assertThat(writer.append(said("b"))).isEqualTo(2);
    }
  }

  @Test
  void aNewRunHasTheFirstEpochAndNothingBefore() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      assertThat(writer.runId()).isEqualTo("r");
      assertThat(writer.epoch()).isEqualTo(1);
      assertThat(writer.before()).isEmpty();
      assertThat(journal.read("r")).isEmpty();
    }
  }

  @Test
  void aClaimRaisesTheEpochAndSeesWhatWasWritten() {
    try (Journal journal = open(Owners.LIVING)) {
      // Given
      try (JournalWriter writer = journal.create("r", "me")) {
        writer.append(said("a", "b"));
      }
      // When
      try (JournalWriter next = journal.claim("r", "you")) {
        // Then
        assertThat(next.epoch()).isEqualTo(2);
        assertThat(next.before()).isEqualTo(journal.read("r")).hasSize(2);
        assertThat(next.append(said("c"))).isEqualTo(3);
        assertThat(next.before()).hasSize(2);
      }
      assertThat(entries(journal, "r")).isEqualTo(said("a", "b", "c"));
    }
  }

  @Test
  void aWriterWhoseRunWasTakenOverIsStoppedForGood() {
    try (Journal journal = open(Owners.DEAD)) {
      // Given
      JournalWriter first = journal.create("r", "me");
      first.append(said("a"));
      // When
      JournalWriter second = journal.claim("r", "you");
      // Then
      assertCode("E505", () -> first.append(said("lost")));
      second.append(said("b"));
      assertCode("E505", () -> first.append(said("lost")));
      second.close();
      assertCode("E505", () -> first.append(said("lost")));
      assertThat(entries(journal, "r")).isEqualTo(said("a", "b"));
    }
  }

  @Test
  void aWriterWhoseRunWasTakenOverCannotGiveItBack() {
    try (Journal journal = open(Owners.LIVING)) {
      JournalWriter first = journal.create("r", "me");
      first.close();
      try (JournalWriter second = journal.claim("r", "you")) {
        first.close();
        assertCode("E502", () -> journal.claim("r", "third"));
        second.append(said("a"));
      }
    }
  }

  @Test
  void anOwnerOfTheSameNameTakesOverWhileTheOtherLivesAndStopsIt() {
    try (Journal journal = open(Owners.LIVING)) {
      // Given
      JournalWriter zombie = journal.create("r", "the service");
      zombie.append(said("a"));
      // When
      try (JournalWriter next = journal.reclaim("r", "the service")) {
        // Then
        assertThat(next.epoch()).isEqualTo(2);
        assertCode("E505", () -> zombie.append(said("lost")));
        zombie.close();
        next.append(said("b"));
        assertThat(entries(journal, "r")).isEqualTo(said("a", "b"));
      }
    }
  }

  @Test
  void anOwnerOfAnotherNameIsNotPushedAside() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "a person")) {
      assertCode("E502", () -> journal.reclaim("r", "the service"));
      writer.append(said("a"));
    }
  }

  @Test
  void whatWasAppendedBehindAPlaceIsReadAlone() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      assertThat(journal.read("r", 0)).isEmpty();
      writer.append(said("a", "b", "c"));
      List<Recorded> all = journal.read("r");
      for (int after = 0; after <= 3; after++) {
        assertThat(journal.read("r", after)).isEqualTo(all.subList(after, 3));
      }
      assertThat(journal.read("r", 9)).isEmpty();
      assertCode("E501", () -> journal.read("nope", 1));
    }
  }

  @Test
  void whoFollowsARunSeesEachEntryOnceAndInOrder() throws Exception {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me");
        Follower follower = Follower.of(journal, "r", 0)) {
      // Given
      Thread appending =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 40; i++) {
                      writer.append(said("n" + i, "m" + i));
                    }
                  });
      // When
      List<Recorded> followed = new ArrayList<>();
      while (followed.size() < 80) {
        followed.addAll(follower.next(Duration.ofMillis(20)));
      }
      appending.join();
      // Then
      assertThat(followed).isEqualTo(journal.read("r"));
      assertThat(follower.next(Duration.ofMillis(1))).isEmpty();
    }
  }

  @Test
  void aRunIsRefusedByNameWhileItsOwnerLivesAndFreeOnceGivenBack() {
    try (Journal journal = open(Owners.LIVING)) {
      JournalWriter first = journal.create("run-1", "somebody");
      assertThatThrownBy(() -> journal.claim("run-1", "you"))
          .hasMessageContaining("E502")
          .hasMessageContaining("run-1")
          .hasMessageContaining("somebody");
      first.close();
      journal.claim("run-1", "you").close();
    }
  }

  @Test
  void anUnknownRunIsRefusedByName() {
    try (Journal journal = open(Owners.LIVING)) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> journal.read("nope"), () -> journal.claim("nope", "me"))) {
        assertThatThrownBy(call)
            .isInstanceOfSatisfying(
                ProblemException.class,
                e -> {
                  assertThat(e.problem().code()).isEqualTo("E501");
                  assertThat(e.problem().category()).isEqualTo(Problem.Category.USAGE);
                  assertThat(e.problem().message()).contains("nope");
                });
      }
    }
  }

  @Test
  void aRunIsCreatedOnlyOnce() {
    try (Journal journal = open(Owners.DEAD);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(said("a"));
      assertCode("E504", () -> journal.create("r", "you"));
      writer.append(said("b"));
      assertThat(entries(journal, "r")).isEqualTo(said("a", "b"));
    }
  }

  @Test
  void aFinishedRunCanBeReadAndGoneOnWith() {
    try (Journal journal = open(Owners.LIVING)) {
      var end = new RunFinished(new RunEnd.Cancelled("so far"));
      try (JournalWriter writer = journal.create("r", "me")) {
        writer.append(List.of(end));
      }
      try (JournalWriter writer = journal.claim("r", "me")) {
        assertThat(writer.append(said("more"))).isEqualTo(2);
      }
      assertThat(entries(journal, "r")).containsExactly(end, new UserMessage("more"));
    }
  }

  @Test
  void runsAreListedNewestFirstWithTheirEntriesAndLastOwner() {
    try (Journal journal = open(Owners.LIVING)) {
      // Given
      for (String run : List.of("z", "a", "m")) {
        journal.create(run, "me").close();
      }
      try (JournalWriter writer = journal.claim("z", "you")) {
        writer.append(said("1", "2"));
      }
      // When
      List<RunSummary> all = journal.list(10);
      // Then
      assertThat(all).extracting(RunSummary::runId).containsExactly("m", "a", "z");
      assertThat(all).extracting(RunSummary::entries).containsExactly(0L, 0L, 2L);
      assertThat(all).extracting(RunSummary::owner).containsExactly("me", "me", "you");
      assertThat(all).allSatisfy(run -> assertThat(run.updated()).isAfterOrEqualTo(run.created()));
      assertThat(journal.list(2)).isEqualTo(all.subList(0, 2));
      assertThat(journal.list(0)).isEmpty();
    }
  }

  @Test
  void anEmptyJournalListsNothing() {
    try (Journal journal = open(Owners.LIVING)) {
      assertThat(journal.list(10)).isEmpty();
    }
  }

  @Test
  void largeEntriesAndManyAtOnceAreKept() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      // Given
      var large = new UserMessage("0123456789abcdef".repeat(300_000));
      List<JournalEntry> many =
          IntStream.range(0, 3_000).<JournalEntry>mapToObj(i -> new UserMessage("n" + i)).toList();
      // When
      writer.append(List.of(large));
      long last = writer.append(many);
      // Then
      assertThat(last).isEqualTo(3_001);
      assertThat(entries(journal, "r").getFirst()).isEqualTo(large);
      assertThat(entries(journal, "r").subList(1, 3_001)).isEqualTo(many);
    }
  }

  @Test
  void everyCharacterIsKept() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "m\u00e9 \ud83d\ude80")) {
      // Given
      List<JournalEntry> nasty = new ArrayList<>();
      for (String text :
          List.of(
              "",
              "\u0000\u0001\u001b[31m\r\n\t\u007f",
              "\ud800 and \udfff alone",
              "\ud83d\ude80 \u202eright to left\u202c \u2028 \ufeff \uffff",
              "'; DROP TABLE entries; --",
              "e\u0301 is not \u00e9")) {
        nasty.addAll(SampleEntries.everyKind(text));
      }
      // When
      writer.append(nasty);
      // Then
      assertThat(entries(journal, "r")).isEqualTo(nasty);
      assertThat(journal.list(1).getFirst().owner()).isEqualTo("m\u00e9 \ud83d\ude80");
    }
  }

  @Test
  void whatWasReadDoesNotChangeLater() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(said("a"));
      List<Recorded> read = journal.read("r");
      writer.append(said("b"));
      assertThat(read).hasSize(1);
      assertThatThrownBy(read::removeFirst).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void aClosedWriterWritesNoMoreAndClosesTwiceQuietly() {
    try (Journal journal = open(Owners.LIVING)) {
      JournalWriter writer = journal.create("r", "me");
      writer.append(said("a"));
      writer.close();
      writer.close();
      assertCode("E505", () -> writer.append(said("late")));
      assertThat(entries(journal, "r")).isEqualTo(said("a"));
    }
  }

  @Test
  void aJournalClosesTwiceAndBeforeItsWritersQuietly() {
    Journal journal = open(Owners.LIVING);
    JournalWriter writer = journal.create("r", "me");
    writer.append(said("a"));
    journal.close();
    journal.close();
    writer.close();
  }

  @Test
  void anInterruptedThreadsAppendIsRecordedAndTheInterruptStays() {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      Thread.currentThread().interrupt();
      writer.append(said("a"));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(entries(journal, "r")).isEqualTo(said("a"));
    }
  }

  static List<JournalEntry> entries(Journal journal, String run) {
    List<Recorded> recorded = journal.read(run);
    assertThat(recorded)
        .extracting(Recorded::seq)
        .isEqualTo(LongStream.rangeClosed(1, recorded.size()).boxed().toList());
    return recorded.stream().map(Recorded::entry).toList();
  }

  static List<JournalEntry> said(String... texts) {
    return List.of(texts).stream().<JournalEntry>map(UserMessage::new).toList();
  }

  static void assertCode(String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }
}
