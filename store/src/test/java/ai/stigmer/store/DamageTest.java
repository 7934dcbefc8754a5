package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged journal is read in full or refused by name, and its files stay as they are. */
class DamageTest {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final int ENTRIES = 60;

  @TempDir Path home;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = home.resolve("whole").resolve("stigmer.db");
  }

  @Test
  void aFlippedBitAnywhereInTheFileIsHarmlessOrRefused() throws IOException {
    write();
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int where = i < 100 ? i : random.nextInt(whole.length);
      damaged[where] ^= (byte) (1 << random.nextInt(8));
      assertHarmlessOrRefused("flip at " + where, Map.of("stigmer.db", damaged));
    }
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    write();
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(8);
    for (int i = 0; i < 60; i++) {
      int length = i < 10 ? i + 1 : random.nextInt(1, whole.length);
      assertHarmlessOrRefused(
          "cut at " + length, Map.of("stigmer.db", Arrays.copyOf(whole, length)));
    }
  }

  /**
   * What only the last commit wrote cannot be told from a crash within it, so its loss alone is
   * allowed.
   */
  @Test
  void aFlippedBitInTheLogIsHarmlessOrRefusedButForTheLastCommit() throws IOException {
    Map<String, byte[]> whole = filesOfALivingJournal();
    byte[] log = whole.getOrDefault("stigmer.db-wal", new byte[0]);
    assertThat(log.length).isGreaterThan(100_000);
    var random = new Random(9);
    for (int i = 0; i < 300; i++) {
      byte[] damaged = log.clone();
      int where = i < 60 ? i : random.nextInt(log.length);
      damaged[where] ^= (byte) (1 << random.nextInt(8));
      assertHarmlessOrRefused("flip at " + where, with(whole, "stigmer.db-wal", damaged), 1);
    }
  }

  @Test
  void aLogCutAsACrashCutsItGivesUpOnlyWhatWasNotWhole() throws IOException {
    // Given
    Map<String, byte[]> whole = filesOfALivingJournal();
    byte[] log = whole.getOrDefault("stigmer.db-wal", new byte[0]);
    var random = new Random(10);
    for (int i = 0; i < 40; i++) {
      // When
      int length = log.length - random.nextInt(1, 4_000);
      Path copy = copy(with(whole, "stigmer.db-wal", Arrays.copyOf(log, length)));
      // Then
      try (var journal = SqliteJournal.open(copy, CLOCK)) {
        assertThat(journal.read("r")).hasSizeBetween(ENTRIES - 1, ENTRIES);
        journal.create("next", "me").append(List.of(StoreMain.said("next", 1)));
      }
    }
  }

  @Test
  void aJournalThatWasEmptiedBesideItsLogIsRefusedAndTheLogIsKept() throws IOException {
    Map<String, byte[]> emptied = with(filesOfALivingJournal(), "stigmer.db", new byte[0]);
    Path copy = copy(emptied);
    assertThatThrownBy(() -> SqliteJournal.open(copy, CLOCK)).hasMessageContaining("E503");
    assertThatThrownBy(() -> SqliteJournal.openReadOnly(copy, CLOCK)).hasMessageContaining("E503");
    assertUntouched(copy, emptied);
  }

  @Test
  void anEmptyFileIsAJournalWithoutRunsAndReadingLeavesItEmpty() throws IOException {
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    try (var journal = SqliteJournal.openReadOnly(file, CLOCK)) {
      assertThat(journal.list(10)).isEmpty();
      assertThatThrownBy(() -> journal.read("r")).hasMessageContaining("E501");
    }
    assertThat(file).isEmptyFile();
  }

  @Test
  void aFolderInItsPlaceIsRefusedByName() throws IOException {
    Files.createDirectories(file);
    assertThatThrownBy(() -> SqliteJournal.open(file, CLOCK))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().from()).containsExactly(file.toString(), "it is a folder"));
    assertThatThrownBy(() -> SqliteJournal.openReadOnly(file, CLOCK)).hasMessageContaining("E503");
    assertThat(file).isEmptyDirectory();
  }

  private void write() {
    try (var journal = SqliteJournal.open(file, CLOCK);
        var writer = journal.create("r", "me")) {
      for (int seq = 1; seq <= ENTRIES; seq++) {
        writer.append(List.of(StoreMain.said("r", seq)));
      }
    }
  }

  /** The files as a crash leaves them: entries in the file, entries in the log. */
  private Map<String, byte[]> filesOfALivingJournal() throws IOException {
    try (var journal = SqliteJournal.open(file, CLOCK);
        var writer = journal.create("r", "me")) {
      for (int seq = 1; seq <= ENTRIES; seq++) {
        writer.append(List.of(StoreMain.said("r", seq)));
      }
      var files = new TreeMap<String, byte[]>();
      for (String name : List.of("stigmer.db", "stigmer.db-wal")) {
        files.put(name, Files.readAllBytes(file.resolveSibling(name)));
      }
      return files;
    }
  }

  private static Map<String, byte[]> with(Map<String, byte[]> files, String name, byte[] bytes) {
    var changed = new TreeMap<>(files);
    changed.put(name, bytes);
    return changed;
  }

  private Path copy(Map<String, byte[]> files) throws IOException {
    Path folder = home.resolve("copy");
    if (Files.exists(folder)) {
      try (Stream<Path> old = Files.list(folder).filter(Files::isRegularFile)) {
        for (Path each : old.toList()) {
          Files.delete(each);
        }
      }
    }
    Files.createDirectories(folder);
    for (var each : files.entrySet()) {
      Files.write(folder.resolve(each.getKey()), each.getValue());
    }
    return folder.resolve("stigmer.db");
  }

  private void assertHarmlessOrRefused(String how, Map<String, byte[]> files) throws IOException {
    assertHarmlessOrRefused(how, files, 0);
  }

  private void assertHarmlessOrRefused(String how, Map<String, byte[]> files, int mayBeLost)
      throws IOException {
    Path copy = copy(files);
    try (var journal = SqliteJournal.openReadOnly(copy, CLOCK)) {
      assertReads(how, journal.read("r"), mayBeLost);
    } catch (ProblemException e) {
      assertNamesTheDamage(how, e);
      assertUntouched(copy, files);
    }
    copy = copy(files);
    try (var journal = SqliteJournal.open(copy, CLOCK)) {
      assertReads(how, journal.read("r"), mayBeLost);
    } catch (ProblemException e) {
      assertNamesTheDamage(how, e);
      if (files.size() == 1) {
        assertUntouched(copy, files);
      }
    }
  }

  private static void assertReads(String how, List<Recorded> read, int mayBeLost) {
    assertThat(read).as(how).hasSizeBetween(ENTRIES - mayBeLost, ENTRIES);
    for (Recorded recorded : read) {
      JournalEntry expected = StoreMain.said("r", recorded.seq());
      assertThat(recorded.entry()).as(how).isEqualTo(expected);
    }
  }

  private static void assertNamesTheDamage(String how, ProblemException e) {
    assertThat(e.problem().code()).as(how + ": " + e.problem()).isIn("E503", "E508");
  }

  private static void assertUntouched(Path copy, Map<String, byte[]> files) throws IOException {
    for (var each : files.entrySet()) {
      assertThat(copy.resolveSibling(each.getKey())).hasBinaryContent(each.getValue());
    }
  }
}
