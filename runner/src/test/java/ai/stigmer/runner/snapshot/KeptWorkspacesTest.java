package ai.stigmer.runner.snapshot;

import static ai.stigmer.runner.snapshot.SnapshotsContract.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.WorkspaceSaved;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.runner.ReclaimingJournal;
import ai.stigmer.store.SqliteJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines with folders of their own, one journal and one store. */
class KeptWorkspacesTest {
  private static final String RUN = "aex_1";
  private static final String OWNER = "temporal test";

  @TempDir Path temp = Path.of("");

  private Journal journal;
  private Machine first;
  private Machine second;

  @BeforeEach
  void open() {
    journal =
        new ReclaimingJournal(
            SqliteJournal.open(temp.resolve("stigmer.db"), InstantSource.system()));
    first = new Machine(temp, "first");
    second = new Machine(temp, "second");
  }

  @AfterEach
  void close() {
    journal.close();
  }

  @Test
  void aRunGoesOnOnAnotherMachineWithWhatItHadWhenItWasLetGoOf() throws IOException {
    begin();
    // When
    try (JournalWriter writer = first.claim()) {
      writer.append(List.of(new RunResumed(OWNER)));
      first.write("a", "from the first");
    }
    try (JournalWriter _ = second.claim()) {
      // Then
      assertThat(second.file("a")).hasContent("from the first");
      assertThat(second.file("begun")).hasContent("by the server");
      assertThat(told()).isEmpty();
    }
    assertThat(entries().getLast()).isInstanceOf(WorkspaceSaved.class);
  }

  @Test
  void theBeginAndTheEndOfARunStandWithASnapshotInTheSameAppend() throws IOException {
    begin();
    assertThat(entries()).hasSize(2);
    assertThat(entries().getLast()).isInstanceOf(WorkspaceSaved.class);
    try (JournalWriter writer = first.claim()) {
      first.write("a", "the last");
      long seq = writer.append(List.of(new RunFinished(new RunEnd.Completed("done"))));
      assertThat(seq).isEqualTo(4);
    }
    assertThat(entries().get(2)).isInstanceOf(WorkspaceSaved.class);
    assertThat(entries().getLast()).isInstanceOf(RunFinished.class);
    // When the next run of the session begins elsewhere
    Path folder = Files.createDirectories(temp.resolve("server2"));
    second.workspaces.fetch(journal.read(RUN), folder);
    // Then
    assertThat(folder.resolve("a")).hasContent("the last");
  }

  @Test
  void aLostMachineCostsWhatWasNotKeptAndTheModelIsToldWhichCallsMayBeGone() throws IOException {
    begin();
    try (JournalWriter writer = first.claim()) {
      writer.append(List.of(new RunResumed(OWNER)));
      first.write("a", "kept");
    }
    JournalWriter lost = first.claim();
    lost.append(List.of(new RunResumed(OWNER)));
    first.write("a", "changed");
    lost.append(List.of(intent()));
    // When
    try (JournalWriter writer = second.claim()) {
      // Then
      assertThat(second.file("a")).hasContent("kept");
      assertThat(told())
          .hasValueSatisfying(
              text ->
                  assertThat(text)
                      .contains("as it was at entry 4", intent().call().name() + " (entry 6)"));
      second.write("a", "by the second");
      writer.append(List.of(new RunResumed(OWNER)));
    }
    // When the first one wakes up
    assertThatThrownBy(() -> lost.append(List.of(new RunResumed(OWNER))))
        .isInstanceOf(ProblemException.class);
    List<JournalEntry> before = entries();
    lost.close();
    assertThat(entries()).isEqualTo(before);
    // Then its folder does not count
    try (JournalWriter _ = first.claim()) {
      assertThat(first.file("a")).hasContent("by the second");
    }
  }

  @Test
  void aWorkerThatIsStartedAgainOnItsMachineGoesOnWithItsFolderAsItIs() throws IOException {
    begin();
    JournalWriter killed = first.claim();
    killed.append(List.of(new RunResumed(OWNER), intent()));
    first.write("a", "not kept yet");
    // When
    try (JournalWriter _ = first.claim()) {
      // Then
      assertThat(first.file("a")).hasContent("not kept yet");
      assertThat(told()).isEmpty();
    }
  }

  @Test
  void aMachineThatWasKilledWhileItRestoredRestoresAgain() throws IOException {
    begin();
    try (JournalWriter _ = first.claim()) {
      first.write("a", "kept");
    }
    Files.createDirectories(second.folder);
    Files.writeString(second.folder.resolve("half"), "of something");
    try (JournalWriter _ = second.claim()) {
      assertThat(second.file("half")).doesNotExist();
      assertThat(second.file("a")).hasContent("kept");
    }
  }

  @Test
  void aRunWithoutASnapshotIsLeftWhereItIs() {
    try (JournalWriter writer = journal.create(RUN, OWNER)) {
      writer.append(List.of(started()));
    }
    assertThat(first.workspaces.folder(journal, RUN, Path.of("/work"))).isEmpty();
    try (JournalWriter writer = first.claim()) {
      writer.append(List.of(new RunResumed(OWNER)));
    }
    assertThat(entries()).noneMatch(WorkspaceSaved.class::isInstance);
  }

  /** As a server does it, in a folder of its own. */
  private void begin() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("server").resolve("ses_1"));
    Files.writeString(folder.resolve("begun"), "by the server");
    try (JournalWriter writer =
        first.workspaces.over(journal, RUN, folder).begin(RUN, "the server")) {
      writer.append(List.of(started()));
    }
  }

  private static RunStarted started() {
    return new RunStarted("go", "a", "s", "", "{}");
  }

  private static ToolIntent intent() {
    var call = new ToolCall("c1", "edit_file", "{}");
    return new ToolIntent(call, EffectClass.UNSAFE, Optional.empty());
  }

  private List<JournalEntry> entries() {
    return journal.read(RUN).stream().map(Recorded::entry).toList();
  }

  private Optional<String> told() {
    return journal
        .inbox()
        .find(RUN, Post.Message.topic(1))
        .map(posted -> ((Post.Message) posted.post()).text());
  }

  @Test
  void whatTheLastSnapshotOfNoRunNamesIsSweptAndTheStoreOfAnotherJournalIsLeftAlone()
      throws IOException {
    // Given
    assertThat(sweep()).as("no run names anything").isEmpty();
    begin();
    try (JournalWriter _ = first.claim()) {
      first.write("a", "in between");
    }
    try (JournalWriter _ = first.claim()) {
      first.write("a", "in the end");
    }
    makeOld();
    // Then
    assertThat(sweep(RUN)).as("the only run goes").isEmpty();
    // When
    WorkspaceSweep.Report report = sweep().orElseThrow();
    // Then: the first list, the second one, and what the file held in between
    assertThat(report.aside().contents()).isEqualTo(3);
    try (JournalWriter _ = second.claim()) {
      assertThat(second.file("a")).hasContent("in the end");
      assertThat(second.file("begun")).hasContent("by the server");
    }
  }

  @Test
  void aForkThatWasBegunWithoutTheStoreHasNoneOfTheWorkspacesThatItsPastNames() throws Exception {
    // Given a run that was kept twice, and a fork of it by somebody who does not know the store
    begin();
    try (JournalWriter _ = first.claim()) {
      first.write("a", "in the end");
    }
    new Fork(RUN, 1, "fork", Optional.empty()).begin(journal, OWNER, "{}", Redactor.NONE);
    new Fork(RUN, entries().size(), "whole", Optional.empty())
        .begin(journal, OWNER, "{}", Redactor.NONE);
    makeOld();
    // When what the run needed before is gone
    for (int i = 0; i < 2; i++) {
      var _ = sweep();
      makeOld();
    }
    // Then neither anybody's files are put back to that, nor is it missed
    Path folder = Files.createDirectories(temp.resolve("other").resolve("ses_1"));
    Files.writeString(folder.resolve("a"), "by the fork");
    for (String fork : List.of("fork", "whole")) {
      assertThat(first.workspaces.folder(journal, fork, folder)).isEmpty();
      first.workspaces.fetch(journal.read(fork), folder);
      try (JournalWriter writer = first.workspaces.over(journal, fork, folder).claim(fork, OWNER)) {
        writer.append(List.of(new RunResumed(OWNER)));
      }
      assertThat(folder.resolve("a")).hasContent("by the fork");
    }
    assertThat(sweep()).isPresent();
  }

  @Test
  void aForkKeepsItsOwnWorkspaceWhereTheStoreIsKnown() throws Exception {
    begin();
    Path folder = Files.createDirectories(temp.resolve("other").resolve("ses_1"));
    Files.writeString(folder.resolve("a"), "of the fork");
    Journal kept = first.workspaces.over(journal, "fork", folder);
    new Fork(RUN, entries().size(), "fork", Optional.of("go on"))
        .begin(kept, OWNER, "{}", Redactor.NONE);
    Path elsewhere = second.workspaces.folder(journal, "fork", folder).orElseThrow();
    try (JournalWriter _ =
        second.workspaces.over(journal, "fork", elsewhere).claim("fork", OWNER)) {
      assertThat(elsewhere.resolve("a")).hasContent("of the fork");
    }
  }

  /** As a database that was copied, or made anew, beside the one whose runs are kept. */
  @Test
  void whoeverKeepsIsKnownToASweepOfAnotherJournalWhichIsRefused() throws Exception {
    begin();
    try (Journal mine = journal;
        Journal other = SqliteJournal.open(temp.resolve("other.db"), InstantSource.system())) {
      var machine = new Machine(temp, "third");
      try (JournalWriter writer =
          machine
              .workspaces
              .over(other, RUN, temp.resolve("server").resolve("ses_1"))
              .begin(RUN, OWNER)) {
        writer.append(List.of(started()));
      }
      makeOld();
      assertProblem("E528", () -> sweep(mine));
      assertProblem("E528", () -> sweep(other));
    }
  }

  private Optional<WorkspaceSweep.Report> sweep(String... going) {
    return sweep(journal, going);
  }

  private Optional<WorkspaceSweep.Report> sweep(Journal of, String... going) {
    return WorkspaceSweep.of(store().toString(), Map.of(), WorkspaceSweep.Mode.SWEEP)
        .sweep(of, Set.of(going));
  }

  private Path store() {
    return temp.resolve("store").toAbsolutePath();
  }

  private void makeOld() throws IOException {
    SweepContract.makeOld(store());
  }

  /** A worker's machine. */
  private final class Machine {
    private final Path folder;
    private final KeptWorkspaces workspaces;

    Machine(Path temp, String name) {
      this.folder = temp.resolve(name).resolve("ses_1");
      this.workspaces =
          KeptWorkspaces.of(
              temp.resolve("store").toAbsolutePath().toString(), Map.of(), temp.resolve(name));
    }

    JournalWriter claim() {
      Path place = workspaces.folder(journal, RUN, Path.of("/elsewhere/ses_1")).orElse(folder);
      return workspaces.over(journal, RUN, place).claim(RUN, OWNER);
    }

    Path file(String name) {
      return folder.resolve(name);
    }

    void write(String name, String text) throws IOException {
      Files.writeString(file(name), text);
    }
  }
}
