package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = home.resolve("stigmer.db");
  }

  @Test
  void whatWasAppendedIsReadBackInOrderAfterReopening() {
    // Given
    try (var journal = SqliteJournal.open(file, CLOCK);
        JournalWriter writer = journal.create("r", "me")) {
      assertThat(writer.append(said("a"))).isEqualTo(1);
      assertThat(writer.append(List.of(new UserMessage("b"), new UserMessage("c")))).isEqualTo(3);
    }
    // When
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      // Then
      assertThat(journal.read("r"))
          .extracting(Recorded::entry)
          .containsExactly(new UserMessage("a"), new UserMessage("b"), new UserMessage("c"));
      assertThat(journal.list(10)).extracting(RunSummary::entries).containsExactly(3L);
      try (JournalWriter next = journal.claim("r", "you")) {
        assertThat(next.epoch()).isEqualTo(2);
        assertThat(next.before()).isEqualTo(journal.read("r"));
        assertThat(next.append(said("d"))).isEqualTo(4);
      }
    }
  }

  @Test
  void anotherClaimStopsTheFirstWriter() {
    try (var journal = SqliteJournal.open(file, CLOCK, owner -> false)) {
      JournalWriter first = journal.create("r", "me");
      first.append(said("a"));
      JournalWriter second = journal.claim("r", "you");
      assertCode("E505", () -> first.append(said("lost")));
      second.append(said("b"));
      assertCode("E505", () -> first.append(said("lost")));
      assertThat(journal.read("r")).hasSize(2);
    }
  }

  @Test
  void aRefusedAppendLeavesThoseThatShareItsCommitWhole() throws Exception {
    try (var journal = SqliteJournal.open(file, CLOCK, owner -> false)) {
      JournalWriter stale = journal.create("r", "me");
      stale.append(said("a"));
      JournalWriter present = journal.claim("r", "you");
      var threads = new ArrayList<Thread>();
      for (JournalWriter writer : List.of(stale, present, journal.create("r2", "me"))) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int i = 0; i < 20; i++) {
                          writer.append(said("b"));
                        }
                      } catch (ProblemException e) {
                        assertThat(e.problem().code()).isEqualTo("E505");
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(journal.read("r")).hasSize(21);
      assertThat(journal.read("r2")).hasSize(20);
    }
    assertThat(StoreCheck.of(file).problems()).isEmpty();
  }

  @Test
  void twoWhoWriteOneFileInTurnDoNotGiveTheSameKeyTwice() {
    try (var one = SqliteJournal.open(file, CLOCK);
        var other = SqliteJournal.open(file, CLOCK);
        JournalWriter first = one.create("r1", "me");
        JournalWriter second = other.create("r2", "you")) {
      for (int i = 0; i < 3; i++) {
        first.append(said("a"));
        second.append(List.of(new UserMessage("b"), new UserMessage("c")));
      }
      assertThat(other.read("r1")).hasSize(3);
      assertThat(one.read("r2")).hasSize(6);
    }
    assertThat(StoreCheck.of(file).problems()).isEmpty();
  }

  @Test
  void whatStandsBehindAPlaceIsReadWithoutWhatStandsBeforeIt() throws SQLException {
    write("r", "one", "two", "three", "four");
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, "UPDATE entries SET body = '{}' WHERE seq = 1");
    }
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      assertCode("E503", () -> journal.read("r"));
      assertThat(journal.read("r", 2))
          .extracting(Recorded::entry)
          .containsExactly(new UserMessage("three"), new UserMessage("four"));
    }
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aClaimSeesWhatWasAppendedWhileItWaitedForItsTurn() throws Exception {
    write("r", "one");
    var commits = new GroupCommit(file, Database.open(file));
    try (var journal =
            new SqliteJournal(file, CLOCK, owner -> false, Database.openReadOnly(file), commits);
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      JournalWriter first = journal.claim("r", "me");
      // Given: somebody commits, an append waits behind, and behind that a claim that has read.
      var begun = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      Future<Boolean> committing =
          threads.submit(
              () ->
                  commits.commit(
                      connection -> {
                        begun.countDown();
                        return waitFor(goOn);
                      }));
      assertThat(waitFor(begun)).isTrue();
      Future<Long> append = waiting(threads, () -> first.append(said("two")));
      Future<JournalWriter> claim = waiting(threads, () -> journal.claim("r", "you"));
      // When
      goOn.countDown();
      // Then
      assertThat(committing.get()).isTrue();
      assertThat(append.get()).isEqualTo(2);
      assertThat(claim.get().before()).extracting(Recorded::seq).containsExactly(1L, 2L);
      assertThat(claim.get().append(said("three"))).isEqualTo(3);
      assertThat(journal.read("r")).hasSize(3);
    }
  }

  private static boolean waitFor(CountDownLatch latch) {
    try {
      return latch.await(50, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts work, and returns when its thread waits. */
  private static <T> Future<T> waiting(ExecutorService threads, Callable<T> work)
      throws InterruptedException {
    var thread = new CompletableFuture<Thread>();
    Future<T> future =
        threads.submit(
            () -> {
              thread.complete(Thread.currentThread());
              return work.call();
            });
    while (thread.join().getState() != Thread.State.WAITING) {
      Thread.sleep(5);
    }
    return future;
  }

  @Test
  void aRunIsRefusedWhileItsOwnerLives() {
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      JournalWriter first = journal.create("r", "me");
      assertCode("E502", () -> journal.claim("r", "you"));
      first.close();
      journal.claim("r", "you").close();
    }
  }

  @Test
  void unknownAndDoubledRunsAreRefused() {
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      assertCode("E501", () -> journal.read("nope"));
      assertCode("E501", () -> journal.claim("nope", "me"));
      journal.create("r", "me").close();
      assertCode("E504", () -> journal.create("r", "me"));
    }
  }

  @Test
  void manyRunsAppendAtOnceWithoutGaps() throws Exception {
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      var threads = new ArrayList<Thread>();
      for (int run = 0; run < 50; run++) {
        String id = "r" + run;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (JournalWriter writer = journal.create(id, "me")) {
                        for (int i = 0; i < 20; i++) {
                          writer.append(said(id + "/" + i));
                        }
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (int run = 0; run < 50; run++) {
        assertThat(journal.read("r" + run)).hasSize(20);
      }
    }
  }

  @Test
  void onlyTheOwnerMayReadTheFile() throws IOException {
    SqliteJournal.open(file, CLOCK).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void onlyTheOwnerMayReadTheLogFromItsBeginning() throws IOException {
    Files.createDirectories(home);
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      journal.create("r", "me").append(said("secret"));
      for (String part : List.of("-wal", "-shm")) {
        Path beside = file.resolveSibling(file.getFileName() + part);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(beside)))
            .as(part)
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void aChangedEntryIsNamedAndOtherRunsStayReadable() throws SQLException {
    // Given
    write("good", "one");
    write("bad", "one", "two", "three");
    try (Connection connection = Database.open(file)) {
      Database.execute(
          connection,
          "UPDATE entries SET body = replace(body, 'two', 'TWO') WHERE body LIKE '%two%'");
    }
    // When
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      // Then
      assertThatThrownBy(() -> journal.read("bad"))
          .hasMessageContaining("E503")
          .hasMessageContaining("entry 2");
      assertCode("E503", () -> journal.claim("bad", "me"));
      assertThat(journal.read("good")).hasSize(1);
    }
  }

  @Test
  void aNewerSchemaIsRefusedAndLeftAlone() throws Exception {
    write("r", "one");
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, "PRAGMA user_version=99");
    }
    byte[] before = Files.readAllBytes(file);
    assertCode("E508", () -> SqliteJournal.open(file, CLOCK));
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void whatIsNoJournalIsRefusedAndLeftAlone() throws IOException {
    Files.writeString(file, "This is a diary, not a journal. ".repeat(200));
    byte[] before = Files.readAllBytes(file);
    assertCode("E503", () -> SqliteJournal.open(file, CLOCK));
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void aDatabaseOfAnotherProgramIsRefused() throws Exception {
    try (Connection connection =
        org.sqlite.JDBC.createConnection("jdbc:sqlite:" + file, new java.util.Properties())) {
      Database.execute(connection, "CREATE TABLE theirs(x)");
    }
    assertCode("E503", () -> SqliteJournal.open(file, CLOCK));
  }

  @Test
  void aFileThatAnotherProgramLocksIsRefusedByName() throws Exception {
    write("r", "one");
    try (Connection other = Database.open(file)) {
      Database.execute(other, "PRAGMA locking_mode=EXCLUSIVE");
      Database.execute(other, "BEGIN EXCLUSIVE");
      assertCode(
          "E509",
          () -> {
            try (var journal = SqliteJournal.open(file, CLOCK)) {
              journal.create("r2", "me");
            }
          });
    }
  }

  @Test
  void aFileWhoseMakerDiedBeforeTheSchemaReadsAsEmptyAndIsMadeWhole() throws IOException {
    Files.createFile(file);
    try (var journal = SqliteJournal.openReadOnly(file, CLOCK)) {
      assertThat(journal.list(10)).isEmpty();
      assertCode("E501", () -> journal.read("r"));
      assertCode("E510", () -> journal.create("r", "me"));
    }
    try (var journal = SqliteJournal.open(file, CLOCK);
        JournalWriter writer = journal.create("r", "me")) {
      assertThat(writer.append(said("a"))).isEqualTo(1);
    }
  }

  /** What a power cut would show, and no test here can cut the power. */
  @Test
  void aCommitReturnsWhenTheDiskHasIt() throws SQLException {
    SqliteJournal.warmUp(home);
    try (Connection writing = Database.open(file)) {
      assertThat(pragma(writing, "synchronous")).isEqualTo("2");
      assertThat(pragma(writing, "journal_mode")).isEqualTo("wal");
    }
  }

  private static String pragma(Connection connection, String name) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery("PRAGMA " + name)) {
      return result.getString(1);
    }
  }

  @Test
  void aReadOnlyJournalReadsAndRefusesToRun() {
    write("r", "one");
    try (var journal = SqliteJournal.openReadOnly(file, CLOCK)) {
      assertThat(journal.read("r")).hasSize(1);
      assertCode("E510", () -> journal.create("r2", "me"));
      assertCode("E510", () -> journal.claim("r", "me"));
    }
  }

  @Test
  void aFullDiskIsSaidAndNothingAcknowledgedIsLost() throws Exception {
    // Given
    long acknowledged = 0;
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, "PRAGMA max_page_count=40");
      var commit = new GroupCommit(file, connection);
      ProblemException full = null;
      // When
      while (full == null) {
        String body = "y".repeat(500);
        long seq = acknowledged + 1;
        try {
          commit.commit(
              c -> {
                Database.execute(
                    c,
                    "INSERT INTO entries(execution, seq, previous, epoch, time, body, hash) VALUES(1, "
                        + seq
                        + ", 0, 1, 1, '"
                        + body
                        + "', '')");
                return true;
              });
          acknowledged++;
        } catch (ProblemException e) {
          full = e;
        }
      }
      // Then
      assertThat(full.problem().code()).isEqualTo("E506");
      assertCode("E506", () -> commit.commit(c -> true));
    }
    try (Connection connection = Database.open(file);
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM entries")) {
      rows.next();
      assertThat(rows.getLong(1)).isEqualTo(acknowledged);
    }
  }

  @Test
  void theJournalGrowsInStepWithItsEntries() throws IOException {
    try (var journal = SqliteJournal.open(file, CLOCK);
        JournalWriter writer = journal.create("r", "me")) {
      for (int part = 0; part < 4; part++) {
        var batch = new ArrayList<JournalEntry>();
        for (int i = 0; i < 500; i++) {
          batch.add(new UserMessage("z".repeat(1_000)));
        }
        writer.append(batch);
      }
    }
    assertThat(Files.size(file)).isLessThan(2_000L * 1_600);
  }

  private void write(String run, String... texts) {
    try (var journal = SqliteJournal.open(file, CLOCK);
        JournalWriter writer = journal.create(run, "me")) {
      for (String text : texts) {
        writer.append(said(text));
      }
    }
  }

  private static List<JournalEntry> said(String text) {
    return List.of(new UserMessage(text));
  }

  private static void assertCode(
      String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }
}
