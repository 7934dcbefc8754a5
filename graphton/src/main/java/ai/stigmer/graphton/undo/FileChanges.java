package ai.stigmer.graphton.undo;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.tool.FileState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The changes of files that the tools of a run and of its sub-agents were about to make. */
final class FileChanges {

  /**
   * One change.
   *
   * @param seq the entry of the root run that it belongs to
   */
  record Change(long seq, FileState state) {}

  private final Journal journal;
  private final List<Change> changes = new ArrayList<>();

  private FileChanges(Journal journal) {
    this.journal = journal;
  }

  /** Those of each file, by its path, oldest first. What a sub-agent did stands where it began. */
  static Map<String, List<Change>> of(Journal journal, List<Recorded> entries) {
    var found = new FileChanges(journal);
    entries.forEach(recorded -> found.look(recorded.seq(), recorded.entry()));
    var byFile = new LinkedHashMap<String, List<Change>>();
    for (Change change : found.changes) {
      byFile.computeIfAbsent(change.state().path(), path -> new ArrayList<>()).add(change);
    }
    return byFile;
  }

  private void look(long seq, JournalEntry entry) {
    switch (entry) {
      case ToolIntent intent ->
          intent.before().ifPresent(state -> changes.add(new Change(seq, state)));
      case ChildStarted child ->
          entries(child.childRunId()).forEach(recorded -> look(seq, recorded.entry()));
      default -> {}
    }
  }

  /** A sub-agent that was announced and never begun has no run. */
  private List<Recorded> entries(String runId) {
    try {
      return journal.read(runId);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
      return List.of();
    }
  }
}
