package ai.stigmer.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.Post;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that earlier versions wrote: {@code schema-N.db}, each with one run that broke off. */
class OldSchemaTest {
  private static final Post POST =
      new Post.Decision("old.1", "h", new ApprovalDecision.Approved(), "me");

  @TempDir Path home = Path.of("");

  @BeforeEach
  void anOldFile() throws IOException {
    try (InputStream old =
        requireNonNull(OldSchemaTest.class.getResourceAsStream("schema-1.db"), "schema-1.db")) {
      Files.copy(old, file());
    }
  }

  @Test
  void aFileOfTheFirstSchemaIsMigratedAndItsRunGoesOn() {
    try (var journal = SqliteJournal.open(file(), InstantSource.system());
        var writer = journal.claim("old", "me")) {
      assertThat(writer.before()).hasSize(3);
      assertThat(writer.append(List.of(new RunResumed("me")))).isEqualTo(4);
      assertThat(journal.inbox().post("old", POST)).isInstanceOf(Receipt.Taken.class);
    }
    try (var again = SqliteJournal.open(file(), InstantSource.system())) {
      assertThat(again.read("old")).hasSize(4);
      assertThat(again.inbox().find("old", POST.topic())).isPresent();
    }
  }

  @Test
  void aFileOfTheFirstSchemaIsReadWithoutBeingMigrated() throws IOException {
    byte[] before = Files.readAllBytes(file());
    try (var journal = SqliteJournal.openReadOnly(file(), InstantSource.system())) {
      assertThat(journal.read("old")).hasSize(3);
      assertThat(journal.inbox().find("old", POST.topic())).isEmpty();
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  private Path file() {
    return home.resolve("stigmer.db");
  }
}
