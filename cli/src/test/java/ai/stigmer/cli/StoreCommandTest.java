package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.runner.snapshot.KeptWorkspaces;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
  void whatNoRunNeedsOfTheStoreOfWorkspacesIsSetAsideAndLaterGone() throws IOException {
    // Given
    Path store = home.resolve("kept").toAbsolutePath();
    Shell looking = kept(store);
    assertThat(looking.stigmer("store", "prune", "--workspaces", "--keep", "9", "--dry-run"))
        .isZero();
    assertThat(store).doesNotExist();
    said(0, store, "--keep", "9");
    keep(store, "old", 40);
    keep(store, "new", 2);
    makeOld(store);
    // Then
    said(0, store, "--older-than", "30d", "--dry-run");
    said(0, store, "--older-than", "30d", "--dry-run", "--output", "json");
    said(0, store, "--older-than", "30d");
    said(0, store, "--keep", "9", "--output", "json");
    makeOld(store);
    said(0, store, "--keep", "9");
    said(0, store, "--keep", "9");
    Golden.assertMatches(GOLDEN.resolveSibling("store-workspaces.txt"), story.toString());
    // When the runs of another journal are kept there, too
    Path mark = Files.createDirectories(store.resolve("journals").resolve("00"));
    Files.createFile(mark.resolve("0".repeat(64)));
    Shell alone = kept(store);
    assertThat(alone.stigmer("store", "prune", "--workspaces", "--keep", "9")).isEqualTo(1);
    assertThat(alone.err()).contains("error[E528]", "0".repeat(64), "nothing was removed");
    Files.delete(mark.resolve("0".repeat(64)));
    // When a content is of the future
    makeOld(store, Instant.now().plus(Duration.ofDays(8)));
    Shell early = kept(store);
    assertThat(early.stigmer("store", "prune", "--workspaces", "--keep", "9")).isEqualTo(1);
    assertThat(early.err()).contains("error[E529]", "nothing was removed");
    // When one cannot tell what is needed
    delete(store);
    Shell shell = kept(store);
    assertThat(shell.stigmer("store", "prune", "--workspaces", "--keep", "9")).isEqualTo(1);
    assertThat(shell.err()).contains("error[E527]", "nothing was removed");
  }

  private Shell kept(Path store) {
    return new Shell(home).export("STIGMER_WORKSPACE_STORE", store.toString());
  }

  private void said(int status, Path store, String... options) {
    List<String> words = new ArrayList<>(List.of("store", "prune", "--workspaces"));
    words.addAll(List.of(options));
    said(status, kept(store), words.toArray(String[]::new));
  }

  /** A run that began and ended with a file of its own. */
  private void keep(Path store, String run, int daysAgo) throws IOException {
    Path folder = Files.createDirectories(home.resolve("workspaces").resolve(run));
    Files.writeString(folder.resolve("file"), "of " + run);
    InstantSource clock = () -> Shell.CLOCK.instant().minus(Duration.ofDays(daysAgo));
    var workspaces = KeptWorkspaces.of(store.toString(), Map.of(), folder.resolveSibling(""));
    try (var journal = SqliteJournal.open(home.resolve("stigmer.db"), clock);
        var writer = workspaces.over(journal, run, folder).create(run, "me")) {
      writer.append(List.of(new JournalEntry.RunStarted("do it", "agent", "system", "hash", "{}")));
      writer.append(List.of(new JournalEntry.RunFinished(new RunEnd.Completed("all good"))));
    }
  }

  private static void makeOld(Path store) throws IOException {
    makeOld(store, Instant.now().minus(Duration.ofDays(8)));
  }

  private static void makeOld(Path store, Instant time) throws IOException {
    FileTime old = FileTime.from(time);
    for (Path file : contents(store)) {
      Files.setLastModifiedTime(file, old);
    }
  }

  private static void delete(Path store) throws IOException {
    for (Path file : contents(store)) {
      Files.delete(file);
    }
  }

  private static List<Path> contents(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files.filter(Files::isRegularFile).toList();
    }
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
    said(status, new Shell(home), words);
  }

  private void said(int status, Shell shell, String... words) {
    assertThat(shell.stigmer(words)).as(String.join(" ", words)).isEqualTo(status);
    String told = "$ stigmer " + String.join(" ", words) + "\n" + shell.out() + shell.err() + "\n";
    story.append(told.replace(home.toString(), "HOME"));
  }
}
