package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.store.StoreBackup.Existing;
import ai.stigmer.store.StorePrune.Going;
import ai.stigmer.store.StorePrune.Report;
import ai.stigmer.store.StorePrune.Room;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Check, backup, prune and statistics. */
class StoreCareTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;
  private Path file;
  private Instant now = NOW;

  @BeforeEach
  void nameTheFile() {
    file = home.resolve("stigmer.db");
  }

  @Test
  void aSoundJournalIsFoundSoundAndCounted() {
    finished("a", 50);
    finished("b", 50);
    assertThat(StoreCheck.of(file)).isEqualTo(new StoreCheck(2, 6, 1, 0, List.of()));
    assertThat(StoreCheck.of(home.resolve("none.db")).problems()).isEmpty();
  }

  @Test
  void everyKindOfDamageIsFoundAndNamed() throws SQLException, IOException {
    finished("whole", 1);
    finished("broken", 1);
    for (String[] damage :
        new String[][] {
          {"UPDATE entries SET time = time + 1 WHERE id = 5", "run broken is damaged"},
          {"UPDATE entries SET parts = NULL WHERE execution = 2", "run broken is damaged"},
          {"DELETE FROM entries WHERE id = 6", "run broken is damaged"},
          {"DELETE FROM executions WHERE run_id = 'broken'", "6 entries are there"},
          {"DELETE FROM blobs", "a long text of run whole, entry 2,"},
          {"UPDATE blobs SET text = 'y'", "is changed"},
          {"UPDATE executions SET last = 2 WHERE id = 1", "run whole is damaged"}
        }) {
      // Given
      Path copy = home.resolve("copy.db");
      Files.deleteIfExists(copy);
      StoreBackup.write(file, copy, Existing.REFUSE);
      change(copy, damage[0]);
      // Then
      assertThat(StoreCheck.of(copy).problems())
          .as(damage[0])
          .anySatisfy(problem -> assertThat(problem.message()).contains(damage[1]));
      Path backup = home.resolve("backup.db");
      assertThatThrownBy(() -> StoreBackup.write(copy, backup, Existing.REFUSE))
          .hasMessageContaining("E524");
      assertThat(backup).doesNotExist();
      assertThat(home.resolve("backup.db.partial")).doesNotExist();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE inbox SET body = replace(body, '1', '2') | is changed",
        "UPDATE inbox SET body = '{' | is changed",
        "UPDATE inbox SET topic = 'message.7' | is changed",
        "UPDATE inbox SET run_id = 'b' | a run that is gone: b"
      })
  void aDamagedPostIsFound(String damage, String told) throws SQLException {
    try (var journal = SqliteJournal.open(file, InstantSource.system())) {
      journal.create("a", "me").close();
      var _ = journal.inbox().post("a", new Post.Message(1, "and the tests?", "me"));
    }
    assertThat(StoreCheck.of(file).problems()).isEmpty();
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, damage);
    }
    assertThat(StoreCheck.of(file).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains(told));
  }

  @Test
  void aDamagedIndexIsFound() throws SQLException {
    finished("a", 1);
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, "PRAGMA writable_schema=ON");
      Database.execute(
          connection,
          "UPDATE sqlite_master SET sql = replace(sql, 'IS NOT NULL', 'IS NULL')"
              + " WHERE name = 'entries_parts'");
    }
    assertThat(StoreCheck.of(file).problems())
        .anySatisfy(problem -> assertThat(problem.message()).contains("entries_parts"));
  }

  @Test
  void aBackupOfARunningJournalIsWholeIsForItsOwnerOnlyAndReplacesNothingUnasked()
      throws IOException {
    // Given
    Path backup = home.resolve("backup.db");
    try (var journal = SqliteJournal.open(file, () -> now);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(List.of(StoreMain.said("r", 1), StoreMain.longText("a")));
      // When
      StoreCheck check = StoreBackup.write(file, backup, Existing.REFUSE);
      writer.append(List.of(StoreMain.said("r", 3)));
      // Then
      assertThat(check).isEqualTo(new StoreCheck(1, 2, 1, 0, List.of()));
    }
    assertThat(Files.getPosixFilePermissions(backup))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> StoreBackup.write(file, backup, Existing.REFUSE))
        .hasMessageContaining("E523");
    assertThatThrownBy(() -> StoreBackup.write(file, file, Existing.REPLACE))
        .hasMessageContaining("E523");
    assertThat(StoreCheck.of(backup).entries()).isEqualTo(2);
    StoreBackup.write(file, backup, Existing.REPLACE);
    try (var journal = SqliteJournal.open(backup, () -> now);
        var writer = journal.claim("r", "me")) {
      assertThat(writer.before()).hasSize(3);
      assertThat(writer.append(List.of(StoreMain.said("r", 4)))).isEqualTo(4);
    }
    assertThatThrownBy(
            () -> StoreBackup.write(home.resolve("no.db"), home.resolve("x"), Existing.REFUSE))
        .hasMessageContaining("E522");
    assertThatThrownBy(() -> StoreBackup.write(file, home.resolve("no/such/x.db"), Existing.REFUSE))
        .hasMessageContaining("E524");
  }

  @Test
  void pruningRemovesOldFinishedRunsWithTheirTextsAndNothingElse() {
    // Given
    finished("old", 40);
    finished("older", 50);
    finished("new", 1);
    now = NOW.minus(Duration.ofDays(90));
    append("unfinished", StoreMain.said("unfinished", 1), StoreMain.longText("unfinished"));
    now = NOW;
    var policy = new PrunePolicy(Optional.of(Duration.ofDays(30)), 0, OptionalLong.empty());
    // When
    Report plan = prune().plan(policy);
    assertThat(ids()).containsExactly("unfinished", "new", "older", "old");
    Report report = prune().prune(policy);
    // Then
    assertThat(plan.going()).extracting(Going::runId).containsExactly("older", "old");
    assertThat(report.going()).isEqualTo(plan.going());
    assertThat(report.unfinished()).isEqualTo(1);
    assertThat(report.room()).isEqualTo(Room.GIVEN_BACK);
    assertThat(ids()).containsExactly("unfinished", "new");
    assertThat(StoreCheck.of(file)).isEqualTo(new StoreCheck(2, 5, 2, 0, List.of()));
    assertThat(prune().prune(policy).going()).isEmpty();
  }

  @Test
  void theNewestStayAndASizeIsReachedFromTheOldestOn() {
    finished("a", 40);
    finished("b", 30);
    finished("c", 20);
    finished("d", 10);
    Report three = prune().plan(new PrunePolicy(Optional.empty(), 3, OptionalLong.empty()));
    assertThat(three.going()).extracting(Going::runId).containsExactly("a");
    Report old =
        prune().plan(new PrunePolicy(Optional.of(Duration.ofDays(15)), 3, OptionalLong.empty()));
    assertThat(old.going()).extracting(Going::runId).containsExactly("a");
    Report size =
        prune().plan(new PrunePolicy(Optional.empty(), 0, OptionalLong.of(three.left() - 1)));
    assertThat(size.going()).extracting(Going::runId).containsExactly("a", "b");
    assertThat(size.left()).isLessThan(three.left());
    Report all = prune().plan(new PrunePolicy(Optional.empty(), 1, OptionalLong.of(0)));
    assertThat(all.going()).extracting(Going::runId).containsExactly("a", "b", "c");
    assertThat(ids()).hasSize(4);
  }

  @Test
  void aRunThatALivingProcessHoldsStaysAndTheFileIsNotRewritten() {
    finished("a", 40);
    finished("b", 40);
    try (var journal = SqliteJournal.open(file, () -> now);
        JournalWriter held = journal.claim("a", "me")) {
      Report report = prune().prune(new PrunePolicy(Optional.empty(), 0, OptionalLong.empty()));
      assertThat(report.going()).extracting(Going::runId).containsExactly("b");
      assertThat(report.held()).isEqualTo(1);
      assertThat(report.room()).isEqualTo(Room.KEPT_FOR_RUNS);
      assertThat(held.append(List.of(StoreMain.said("a", 4)))).isEqualTo(4);
    }
  }

  @Test
  void aRunThatIsDeletedWhileItIsWrittenStopsItsWriterAndNoOtherRunGetsItsEntries()
      throws SQLException {
    try (var journal = SqliteJournal.open(file, () -> now)) {
      JournalWriter stale = journal.create("deleted", "me");
      stale.append(List.of(StoreMain.said("deleted", 1)));
      change(file, "DELETE FROM entries");
      change(file, "DELETE FROM executions");
      // When: the new run gets the key of the old one.
      try (JournalWriter next = journal.create("next", "me")) {
        assertThatThrownBy(() -> stale.append(List.of(StoreMain.longText("late"))))
            .hasMessageContaining("E505");
        stale.close();
        next.append(List.of(StoreMain.said("next", 1)));
      }
      assertThat(journal.read("next")).hasSize(1);
      assertThatThrownBy(() -> journal.claim("deleted", "me")).hasMessageContaining("E501");
    }
    assertThat(StoreCheck.of(file)).isEqualTo(new StoreCheck(1, 1, 0, 0, List.of()));
  }

  @Test
  void aClockThatJumpsBackChangesNeitherTheOrderNorTheChain() {
    finished("a", 1);
    now = NOW.minus(Duration.ofDays(400));
    append("a", StoreMain.said("a", 4));
    now = NOW.plus(Duration.ofDays(4_000));
    append("a", StoreMain.said("a", 5));
    assertThat(StoreCheck.of(file)).isEqualTo(new StoreCheck(1, 5, 1, 0, List.of()));
  }

  @Test
  void statisticsTellWhatSharingSavesAndHowFastItGrows() {
    finished("a", 20);
    finished("b", 3);
    StoreStats stats = StoreStats.of(file, () -> NOW);
    assertThat(stats.runs()).isEqualTo(2);
    assertThat(stats.entries()).isEqualTo(6);
    assertThat(stats.blobs()).isEqualTo(1);
    assertThat(stats.references()).isEqualTo(2);
    assertThat(stats.unshared()).isEqualTo(2 * stats.blobBytes());
    assertThat(stats.growth()).containsOnlyKeys(1, 7, 30);
    assertThat(stats.growth().get(1)).isEqualTo(new StoreStats.Growth(0, 0));
    assertThat(stats.growth().get(7)).isEqualTo(new StoreStats.Growth(3, stats.entryBytes() / 2));
    assertThat(stats.growth().get(30)).isEqualTo(new StoreStats.Growth(6, stats.entryBytes()));
  }

  private StorePrune prune() {
    return new StorePrune(file, () -> NOW);
  }

  private List<String> ids() {
    try (var journal = SqliteJournal.openReadOnly(file, () -> now)) {
      return journal.list(100).stream().map(RunSummary::runId).toList();
    }
  }

  /** A run of three entries, one with a text that all of these runs have. */
  private void finished(String run, int daysAgo) {
    now = NOW.minus(Duration.ofDays(daysAgo));
    append(
        run,
        StoreMain.said("r", 1),
        StoreMain.longText("shared"),
        new RunFinished(new RunEnd.Completed("done")));
    now = NOW;
  }

  private void append(String run, JournalEntry... entries) {
    try (var journal = SqliteJournal.open(file, () -> now)) {
      boolean known = journal.list(100).stream().anyMatch(each -> each.runId().equals(run));
      try (JournalWriter writer = known ? journal.claim(run, "me") : journal.create(run, "me")) {
        writer.append(List.of(entries));
      }
    }
  }

  private static void change(Path file, String sql) throws SQLException {
    try (Connection connection = Database.open(file)) {
      Database.execute(connection, sql);
    }
  }
}
