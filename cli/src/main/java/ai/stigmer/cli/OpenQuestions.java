package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * What a run that others drive, or a sub-agent of it, waits for somebody to decide. Each look reads
 * what was appended since the last one only.
 *
 * <p>Thread: one at a time.
 */
final class OpenQuestions {
  private final Journal journal;

  /** By run: how many of its entries were read. */
  private final Map<String, Long> seen = new HashMap<>();

  OpenQuestions(Journal journal, String runId) {
    this.journal = requireNonNull(journal, "journal is null");
    seen.put(runId, 0L);
  }

  /** The ids of approvals that were requested since the last look, and are not decided. */
  List<String> news() {
    var asked = new ArrayList<String>();
    Queue<String> runs = new ArrayDeque<>(seen.keySet());
    while (!runs.isEmpty()) {
      String run = runs.remove();
      for (Recorded one : behind(run)) {
        seen.merge(run, 1L, Long::sum);
        switch (one.entry()) {
          case JournalEntry.ApprovalRequested requested -> asked.add(requested.request().id());
          case JournalEntry.ChildStarted child when !seen.containsKey(child.childRunId()) -> {
            seen.put(child.childRunId(), 0L);
            runs.add(child.childRunId());
          }
          default -> {}
        }
      }
    }
    var desk = new ApprovalDesk(journal);
    asked.removeIf(id -> desk.find(id).standing() != Standing.OPEN);
    return asked;
  }

  /** A sub-agent's run is made after the entry that names it. */
  private List<Recorded> behind(String run) {
    try {
      return journal.read(run, seen.getOrDefault(run, 0L));
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
      return List.of();
    }
  }
}
