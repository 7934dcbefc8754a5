package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.testkit.RealComponents;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A disk that fails for once, at the n-th call, in a real process: the journal stops, says so, and
 * holds what it had acknowledged when it is opened again.
 */
class BadDiskTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;

  @BeforeEach
  void needStrace() {
    RealComponents.requireStrace();
  }

  @ParameterizedTest
  @CsvSource({
    "fsync,    EIO,    12",
    "fsync,    EIO,    23",
    "pwrite64, EIO,    40",
    "pwrite64, EIO,    91",
    "pwrite64, ENOSPC, 57",
    "pwrite64, EROFS,  70"
  })
  void aFailedCallStopsTheJournalAndNothingAcknowledgedIsLost(String call, String error, int nth)
      throws Exception {
    // Given
    Path file = home.resolve("stigmer.db");
    try (Child first = Child.start("open", file.toString())) {
      assertThat(first.lines()).contains("written");
    }
    // When: only this one call fails, so going on would be possible, and wrong. The process appends
    // until an append fails, so the fault was met when it ends.
    List<String> said = new ArrayList<>();
    try (Child child = Child.startThrough(failing(call, error, nth), "fill", file.toString())) {
      said.addAll(child.lines());
    }
    // Then
    assertThat(said).hasSizeGreaterThan(3).endsWith("E506", "E505");
    long acknowledged = said.size() - 2L;
    assertThat(said.get(said.size() - 3)).isEqualTo("r " + acknowledged);
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      List<Recorded> read = journal.read("r");
      // A commit that was whole but not acknowledged may have reached the disk.
      assertThat(read).hasSizeBetween((int) acknowledged, (int) acknowledged + 1);
      JournalEntry next = StoreMain.said("r", 5);
      try (var writer = journal.claim("r", "me")) {
        assertThat(writer.append(List.of(next))).isEqualTo(read.size() + 1L);
      }
    }
    assertThat(StoreCheck.of(file).problems()).isEmpty();
  }

  private static List<String> failing(String call, String error, int nth) {
    return List.of(
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=" + call,
        "-e",
        "inject=" + call + ":error=" + error + ":when=" + nth);
  }
}
