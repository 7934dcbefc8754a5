package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands of {@code stigmer store} say and do, as it was reviewed. */
class StoreCommandTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/cli/store.txt");

  @TempDir Path home = Path.of("");
  private final StringBuilder story = new StringBuilder();

  @Test
  void everyCommandSaysWhatItFoundAndDid() throws IOException {
    said(0, "store", "check");
    said(0, "store", "prune", "--keep", "0");
    write("old", 40);
    write("new", 2);
    said(0, "store", "check");
    said(0, "store", "check", "--output", "json");
    said(0, "store", "stats");
    said(0, "store", "stats", "--output", "json");
    said(0, "store", "backup", home.resolve("backup.db").toString());
    said(2, "store", "backup", home.resolve("backup.db").toString());
    said(0, "store", "backup", "--force", home.resolve("backup.db").toString());
    said(0, "store", "prune", "--older-than", "30d", "--dry-run");
    said(0, "store", "prune", "--older-than", "30d", "--dry-run", "--output", "json");
    said(0, "sessions", "list");
    said(0, "store", "prune", "--older-than", "30d");
    said(0, "store", "prune", "--max-size", "1GB", "--output", "json");
    said(0, "sessions", "list");
    Golden.assertMatches(GOLDEN, story.toString());
  }

  @Test
  void damageEndsWithStatusOneAndIsToldInBothForms() throws IOException {
    write("r", 2);
    Path file = home.resolve("stigmer.db");
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("all good");
    bytes[at] = 'A';
    Files.write(file, bytes);
    Shell shell = new Shell(home);
    assertThat(shell.stigmer("store", "check")).isEqualTo(1);
    assertThat(shell.out()).contains("damaged     E503: run r is damaged from its entry 3 on");
    assertThat(shell.stigmer("store", "check", "--output", "json")).isEqualTo(1);
    assertThat(shell.out()).contains("\"sound\":false", "\"code\":\"E503\"");
    assertThat(shell.stigmer("store", "backup", home.resolve("b.db").toString())).isEqualTo(1);
    assertThat(shell.err()).contains("error[E524]");
    assertThat(home.resolve("b.db")).doesNotExist();
  }

  private void write(String run, int daysAgo) {
    InstantSource clock = () -> Shell.CLOCK.instant().minus(Duration.ofDays(daysAgo));
    try (var journal = SqliteJournal.open(home.resolve("stigmer.db"), clock);
        var writer = journal.create(run, "me")) {
      writer.append(
          List.of(
              new JournalEntry.RunStarted("do it", "agent", "system", "hash", "{}"),
              new JournalEntry.UserMessage("long ".repeat(5_000)),
              new JournalEntry.RunFinished(new RunEnd.Completed("all good"))));
    }
  }

  private void said(int status, String... words) {
    Shell shell = new Shell(home);
    assertThat(shell.stigmer(words)).as(String.join(" ", words)).isEqualTo(status);
    String told = "$ stigmer " + String.join(" ", words) + "\n" + shell.out() + shell.err() + "\n";
    story.append(told.replace(home.toString(), "HOME"));
  }
}
