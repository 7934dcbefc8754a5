package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.store.Owners;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How runs stand in the list. */
class SessionsListTest {
  @TempDir Path home = Path.of("");

  @Test
  void aRunWithoutAnEndIsRunningOrInterruptedAsItsOwnerLivesOrNot() {
    try (Journal journal = SqliteJournal.open(home.resolve("stigmer.db"), InstantSource.system())) {
      begin(journal, "finished", Owners.current(), new JournalEntry.RunFinished(done()));
      begin(journal, "living", Owners.current());
      begin(journal, "dead", "4194304@" + Owners.current().replaceFirst("^.*@", ""));
    }
    Shell shell = new Shell(home);

    assertThat(shell.stigmer("sessions", "list")).isZero();

    assertThat(shell.out().lines().map(line -> line.replaceAll("  +", " ").split(" ", -1)))
        .extracting(words -> words[0] + " " + words[3])
        .containsExactlyInAnyOrder("finished completed", "living running", "dead interrupted");
  }

  private static void begin(Journal journal, String id, String owner, JournalEntry... more) {
    try (JournalWriter writer = journal.create(id, owner)) {
      var entries = new ArrayList<JournalEntry>();
      entries.add(new JournalEntry.RunStarted("hi", "assistant", "", "", "{}"));
      entries.addAll(List.of(more));
      var _ = writer.append(entries);
    }
  }

  private static RunEnd done() {
    return new RunEnd.Completed("done");
  }
}
