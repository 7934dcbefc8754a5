package ai.stigmer.runner.contract;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import java.util.List;
import java.util.Optional;

/**
 * The runs of executions: each has the id of its execution, and begins with the conversation of the
 * one before it in its session.
 *
 * <p>Thread contract: thread-safe.
 */
public final class ContractRuns {
  private final Journal journal;
  private final Runner runner;

  /**
   * @param runner begins runs in {@code journal}
   */
  public ContractRuns(Journal journal, Runner runner) {
    this.journal = requireNonNull(journal, "journal is null");
    this.runner = requireNonNull(runner, "runner is null");
  }

  /** Whether the journal has the run of an execution. */
  public boolean hasBegun(String id) {
    return journal.heads(List.of(id)).values().stream().anyMatch(head -> head.entries() > 0);
  }

  /**
   * Begins a run.
   *
   * @param earlier the executions of the session before it, the newest first; the first of them
   *     that ran is gone on from
   * @throws ProblemException {@code E504} when the run exists
   */
  public void begin(RunRequest request, List<String> earlier) {
    for (String before : earlier) {
      if (!hasBegun(before)) {
        continue;
      }
      List<Recorded> entries = journal.read(before);
      List<Long> valid = Checkpoints.valid(entries);
      if (!valid.isEmpty()) {
        runner.begin(
            new Fork(before, valid.getLast(), request.runId(), Optional.of(request.message())),
            request.environment());
        return;
      }
    }
    runner.begin(request);
  }
}
