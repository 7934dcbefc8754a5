package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other programs, missing rights and full disks, with real processes. */
class HostileSurroundingsTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;
  private Path file;

  @BeforeEach
  void writeAJournal() {
    file = home.resolve("home").resolve("stigmer.db");
    try (var journal = SqliteJournal.open(file, CLOCK);
        var writer = journal.create("before", "me")) {
      writer.append(List.of(StoreMain.said("before", 1)));
    }
  }

  @Test
  void aJournalThatAnotherProcessLocksIsRefusedAfterAWhileAndFreeOnceThatIsGone()
      throws IOException {
    try (Child other = Child.start("lock", file.toString())) {
      assertThat(other.line()).isEqualTo("locked");
      assertThatThrownBy(() -> SqliteJournal.open(file, CLOCK)).hasMessageContaining("E509");
      other.kill();
      try (var journal = SqliteJournal.open(file, CLOCK)) {
        assertThat(journal.read("before")).hasSize(1);
      }
    }
  }

  @Test
  void aFullDiskIsSaidNothingAcknowledgedIsLostAndTheJournalGoesOnWithMoreSpace()
      throws IOException {
    // Given: SQLite's library is unpacked, and no file may grow beyond some hundred kilobytes.
    try (Child first = Child.start("open", file.toString())) {
      assertThat(first.lines()).contains("written");
    }
    List<String> limited = List.of("sh", "-c", "ulimit -f 800 && exec \"$@\"", "sh");
    // When
    List<String> said = new ArrayList<>();
    try (Child child = Child.startThrough(limited, "fill", file.toString())) {
      said.addAll(child.lines());
    }
    // Then
    assertThat(said.subList(said.size() - 2, said.size())).containsExactly("E506", "E505");
    long acknowledged = said.size() - 2L;
    assertThat(said.get(said.size() - 3)).isEqualTo("r " + acknowledged);
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      List<Recorded> read = journal.read("r");
      assertThat(read).hasSize((int) acknowledged);
      JournalEntry next = StoreMain.said("r", 5);
      try (var writer = journal.claim("r", "me")) {
        assertThat(writer.append(List.of(next))).isEqualTo(acknowledged + 1);
      }
    }
  }

  @Test
  void aFileThatMayNotBeWrittenIsOnlyRead() throws IOException {
    writeRunR();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    assertThat(openWithoutPrivileges()).containsExactly("writable false", "E510", "read 1");
  }

  @Test
  void aFolderThatMayNotBeWrittenIsOnlyRead() throws IOException {
    writeRunR();
    Path folder = file.resolveSibling(".");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assertThat(openWithoutPrivileges()).containsExactly("writable true", "E510", "read 1");
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aLogThatNobodyMayReplayIsNotPassedOver() throws IOException {
    // Given: what a crash left, in a folder that may not be written.
    Path crashed = home.resolve("crashed").resolve("stigmer.db");
    Files.createDirectories(crashed.getParent());
    try (var journal = SqliteJournal.open(file, CLOCK);
        var writer = journal.create("r", "me")) {
      writer.append(List.of(StoreMain.said("r", 1)));
      Files.copy(file, crashed);
      Files.copy(WriteAheadLog.of(file), WriteAheadLog.of(crashed));
    }
    file = crashed;
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      // When
      List<String> said = openWithoutPrivileges();
      // Then
      assertThat(said.subList(0, 2)).containsExactly("writable false", "E510");
      assertThat(said.get(2)).isIn("read 1", "E510");
    } finally {
      Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private void writeRunR() {
    try (var journal = SqliteJournal.open(file, CLOCK);
        var writer = journal.create("r", "me")) {
      writer.append(List.of(StoreMain.said("r", 1)));
    }
  }

  /** The super-user may write everything, unless it is started without that privilege. */
  private List<String> openWithoutPrivileges() throws IOException {
    List<String> wrapper = List.of();
    if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      assumeThat(Path.of("/usr/bin/setpriv"))
          .as("the super-user ignores file permissions, and setpriv is not there")
          .isExecutable();
      String less = "-dac_override,-dac_read_search";
      wrapper = List.of("setpriv", "--inh-caps=" + less, "--bounding-set=" + less, "--");
    }
    try (Child child = Child.startThrough(wrapper, "open", file.toString())) {
      List<String> said = child.lines();
      // A refusal to read is said by its code and then in full.
      return said.size() > 3 ? said.subList(0, 3) : said;
    }
  }
}
