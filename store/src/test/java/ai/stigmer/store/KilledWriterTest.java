package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while its threads append loses nothing that it was promised. */
class KilledWriterTest {
  private static final int ROUNDS = 15;
  private static final int THREADS = 4;

  @TempDir Path home;

  @Test
  void everyAcknowledgedEntryOutlivesTheProcessInOrderAndTheJournalGoesOn() throws Exception {
    Path file = home.resolve("stigmer.db");
    var random = new Random(20_261_121);
    Map<String, Long> acknowledged = new TreeMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      // Given
      long before = acknowledged.values().stream().mapToLong(Long::longValue).sum();
      try (Child child = Child.start("append", file.toString(), String.valueOf(THREADS))) {
        // When
        for (int left = random.nextInt(1, 250); left > 0; left--) {
          note(acknowledged, child.line());
        }
        child.kill();
        child.lines().forEach(line -> note(acknowledged, line));
      }
      // Then
      assertThat(acknowledged.values().stream().mapToLong(Long::longValue).sum())
          .isGreaterThan(before);
      try (var journal = SqliteJournal.open(file, InstantSource.system())) {
        acknowledged.forEach((run, seq) -> assertWhole(journal.read(run), run, seq));
      }
    }
    assertThat(acknowledged).hasSize(THREADS);
  }

  /** A line that the kill cut off is no promise. */
  private static void note(Map<String, Long> acknowledged, @Nullable String line) {
    if (line != null && line.matches("r\\d \\d+")) {
      String[] parts = line.split(" ", -1);
      acknowledged.merge(parts[0], Long.parseLong(parts[1]), Math::max);
    }
  }

  private static void assertWhole(List<Recorded> recorded, String run, long acknowledged) {
    List<JournalEntry> expected = new ArrayList<>();
    for (long seq = 1; seq <= recorded.size(); seq++) {
      expected.add(StoreMain.said(run, seq));
    }
    assertThat(recorded).hasSizeGreaterThanOrEqualTo((int) acknowledged);
    assertThat(recorded.size() % 2).as("appends are whole").isZero();
    assertThat(recorded).extracting(Recorded::entry).isEqualTo(expected);
  }
}
