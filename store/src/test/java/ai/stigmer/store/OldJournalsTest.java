package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.crash.DiskTrace;
import ai.stigmer.testkit.crash.ImageCheck;
import ai.stigmer.testkit.crash.PowerCuts;
import ai.stigmer.testkit.crash.PowerCuts.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that each schema wrote are read, gone on with and brought up. Beside each stands what that
 * program read in it: run, sequence number, time and text of each entry.
 */
class OldJournalsTest {
  private static final Path CORPUS = Path.of("src/test/resources/ai/stigmer/store");
  private static final String FILE = "stigmer.db";
  private static final int CUTS = 400;
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema-1/no-runs",
        "schema-1/every-kind",
        "schema-1/large-payloads",
        "schema-1/many-runs",
        "schema-1/taken-over",
        "schema-1/crashed",
        "schema-2/no-runs",
        "schema-2/many-runs",
        "schema-2/crashed",
        "schema-3/no-runs",
        "schema-3/many-runs",
        "schema-3/crashed",
        "schema-4/no-runs",
        "schema-4/many-runs"
      })
  void anOldJournalReadsAsItWasAndItsRunsGoOn(String name) throws IOException {
    // Given
    Path file = copy(name);
    String expected = Files.readString(CORPUS.resolve(name).resolve("expected.txt"));
    byte[] old = Files.readAllBytes(file);
    // Then
    try (var journal = SqliteJournal.openReadOnly(file, CLOCK)) {
      assertThat(told(journal)).isEqualTo(expected);
      assertThat(journal.id()).isEmpty();
    }
    assertThat(file).as("reading does not change it").hasBinaryContent(old);
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      assertThat(told(journal)).isEqualTo(expected);
      journal.list(1_000).forEach(run -> assertGoesOn(journal, run));
      assertThat(journal.id()).isPresent();
    }
    try (var journal = SqliteJournal.openReadOnly(file, CLOCK)) {
      journal.list(1_000).forEach(run -> journal.read(run.runId()));
    }
  }

  @ParameterizedTest
  @CsvSource({"schema-1/crashed,dead,0", "schema-2/crashed,dead,0", "schema-3/crashed,dead,1"})
  void whatWasPostedToARunIsStillThere(String name, String run, int posts) throws IOException {
    Path file = copy(name);
    Optional<String> heard = posts == 0 ? Optional.empty() : Optional.of("and the tests?");
    try (var journal = SqliteJournal.openReadOnly(file, CLOCK)) {
      assertThat(heard(journal, run)).isEqualTo(heard);
    }
    try (var journal = SqliteJournal.open(file, CLOCK)) {
      assertThat(heard(journal, run)).isEqualTo(heard);
    }
  }

  @Test
  void theNewestPostsOfAnOldJournalAreFoundByTheirTimeOnceItIsOpened() throws Exception {
    Path file = copy("schema-3/crashed");
    SqliteJournal.open(file, CLOCK).close();
    try (var connection = Database.openReadOnly(file);
        var plan = connection.prepareStatement("EXPLAIN QUERY PLAN " + SqliteInbox.SINCE);
        var rows = plan.executeQuery()) {
      assertThat(rows.getString("detail")).startsWith("SEARCH inbox").contains("inbox_time");
    }
  }

  private static Optional<String> heard(SqliteJournal journal, String run) {
    return journal
        .inbox()
        .find(run, Post.Message.topic(1))
        .map(posted -> ((Post.Message) posted.post()).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema-1/many-runs",
        "schema-1/taken-over",
        "schema-1/crashed",
        "schema-2/many-runs",
        "schema-2/crashed",
        "schema-3/crashed"
      })
  void aStepToThePresentSchemaThatIsCutOffAnywhereLeavesTheOldOrTheNewJournal(String name)
      throws Exception {
    // Given
    RealComponents.requireStrace();
    copy(name);
    String expected = Files.readString(CORPUS.resolve(name).resolve("expected.txt"));
    DiskTrace trace =
        DiskTrace.record(home, Child.command(List.of(), "bring-up", home.resolve(FILE).toString()));
    var old = new AtomicLong();
    // When
    ImageCheck check =
        (folder, said) -> {
          Path file = folder.resolve(FILE);
          old.addAndGet(schema(file) < Schema.PRESENT ? 1 : 0);
          try (var journal = SqliteJournal.open(file, CLOCK)) {
            assertThat(told(journal)).isEqualTo(expected);
          }
          assertThat(StoreCheck.of(file).problems()).isEmpty();
        };
    Report report = new PowerCuts(trace, 7, check).judge(0, CUTS, 2);
    // Then
    assertThat(report).isEqualTo(new Report(CUTS, 0, List.of()));
    assertThat(old.get()).as("some cuts come before the step, some after").isBetween(1L, CUTS - 1L);
  }

  private static int schema(Path file) throws SQLException {
    try (var connection = Database.openReadOnly(file)) {
      return Schema.version(connection);
    }
  }

  private static void assertGoesOn(SqliteJournal journal, RunSummary run) {
    try (var writer = journal.claim(run.runId(), "me")) {
      assertThat(writer.before()).hasSize((int) run.entries());
      writer.append(List.of(StoreMain.longText("next")));
    }
    List<Recorded> read = journal.read(run.runId());
    assertThat(read).hasSize((int) run.entries() + 1);
    assertThat(read.getLast().entry()).isEqualTo(StoreMain.longText("next"));
  }

  private static String told(SqliteJournal journal) {
    var told = new StringBuilder();
    for (RunSummary run : journal.list(1_000).reversed()) {
      for (Recorded recorded : journal.read(run.runId())) {
        told.append(run.runId()).append('\t').append(recorded.seq()).append('\t');
        told.append(recorded.time().toEpochMilli()).append('\t');
        told.append(EntryCodec.encode(recorded.entry())).append('\n');
      }
    }
    return told.toString();
  }

  private Path copy(String name) throws IOException {
    try (Stream<Path> files = Files.list(CORPUS.resolve(name))) {
      for (Path each : files.toList()) {
        Files.copy(each, home.resolve(Objects.requireNonNull(each.getFileName()).toString()));
      }
    }
    return home.resolve(FILE);
  }
}
