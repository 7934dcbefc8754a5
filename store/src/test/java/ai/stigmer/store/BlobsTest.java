package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.Recorded;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long texts are kept once, read back to the letter, and missed by name. */
class BlobsTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = home.resolve("stigmer.db");
  }

  @Test
  void onlyStringsOfTheThresholdAreCutAndAllCanBePutBack() throws SQLException {
    var random = new Random(11);
    String letters = "ab \"\\\n\té世,:{}[]";
    try (Connection connection = Database.open(file)) {
      for (int round = 0; round < 200; round++) {
        var text = new StringBuilder();
        for (int i = random.nextInt(3 * Blobs.THRESHOLD); i > 0; i--) {
          text.append(letters.charAt(random.nextInt(letters.length())));
        }
        String body =
            EntryCodec.encode(
                new JournalEntry.ModelSwitched(
                    text.toString(), "short", text.reverse().toString()));
        Blobs.Cut cut = Blobs.cut(body);
        for (Blobs.Blob blob : cut.blobs()) {
          assertThat(blob.text().length()).isGreaterThanOrEqualTo(Blobs.THRESHOLD);
          keep(connection, blob);
        }
        String whole =
            cut.parts() == null ? cut.body() : Blobs.restore(connection, cut.body(), cut.parts());
        assertThat(whole).isEqualTo(body);
        assertThat(cut.body().length()).isLessThan(2 * Blobs.THRESHOLD + 100);
      }
    }
  }

  @Test
  void theSameTextInManyEntriesAndRunsIsKeptOnce() throws SQLException {
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      for (String run : List.of("a", "b")) {
        try (var writer = journal.create(run, "me")) {
          for (int i = 0; i < 5; i++) {
            writer.append(List.of(StoreMain.longText("same")));
          }
        }
        assertThat(journal.read(run))
            .extracting(Recorded::entry)
            .containsOnly(StoreMain.longText("same"))
            .hasSize(5);
      }
    }
    try (Connection connection = Database.openReadOnly(file)) {
      assertThat(Database.text(connection, "SELECT count(*) FROM blobs")).isEqualTo("1");
      assertThat(Database.text(connection, "SELECT max(length(body)) FROM entries")).hasSize(2);
    }
  }

  @Test
  void aMissingOrChangedTextIsRefusedByRunAndEntryAndOtherRunsStayReadable() throws SQLException {
    for (String damage :
        List.of(
            "DELETE FROM blobs",
            "UPDATE blobs SET text = replace(text, 'x', 'y')",
            "UPDATE blobs SET hash = replace(hash, 'a', 'b')",
            "UPDATE entries SET parts = 'nonsense' WHERE parts IS NOT NULL")) {
      // Given
      file = home.resolve(Integer.toHexString(damage.hashCode())).resolve("stigmer.db");
      try (var journal = SqliteJournal.open(file, CLOCK);
          var with = journal.create("with", "me");
          var without = journal.create("without", "me")) {
        without.append(List.of(new UserMessage("short")));
        with.append(List.of(new UserMessage("short"), StoreMain.longText("a")));
      }
      // When
      try (Connection connection = Database.open(file)) {
        Database.execute(connection, damage);
      }
      // Then
      try (var journal = SqliteJournal.open(file, CLOCK)) {
        assertThat(journal.read("without")).hasSize(1);
        assertThatThrownBy(() -> journal.read("with"))
            .as(damage)
            .hasMessageContaining("E520")
            .hasMessageContaining("run with, entry 2,");
        assertThatThrownBy(() -> journal.claim("with", "me")).hasMessageContaining("E520");
      }
    }
  }

  private static void keep(Connection connection, Blobs.Blob blob) throws SQLException {
    try (var insert = connection.prepareStatement(Blobs.INSERT)) {
      insert.setString(1, blob.hash());
      insert.setString(2, blob.text());
      insert.executeUpdate();
    }
  }
}
