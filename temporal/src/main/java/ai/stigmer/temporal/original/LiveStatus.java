package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.contract.StatusFold;
import java.time.InstantSource;
import java.util.ArrayList;

/**
 * The status of an execution while it runs here.
 *
 * <p>Thread contract: thread-safe.
 */
final class LiveStatus {
  private final String id;
  private final Journal journal;
  private final InstantSource clock;
  private StatusFold fold;

  LiveStatus(String id, Journal journal, InstantSource clock) {
    this.id = id;
    this.journal = journal;
    this.clock = clock;
    this.fold = new StatusFold(clock);
  }

  /** Returns whether there may be something new to tell. */
  synchronized boolean add(AgentEvent event) {
    if (event instanceof AgentEvent.RunStarted) {
      // What happened before this process no event tells.
      fold = StatusFold.of(journal.read(id), clock);
    }
    return fold.add(event) || event instanceof AgentEvent.TextDelta;
  }

  /** It cannot go on. */
  synchronized void fail(Problem problem) {
    var lines = new ArrayList<String>();
    lines.add(problem.code() + ": " + problem.message());
    problem.from().forEach(line -> lines.add("  from " + line));
    problem.help().forEach(line -> lines.add("  " + line));
    fold.failed(String.join("\n", lines));
  }

  /** It was cancelled before its run began. */
  synchronized void cancel() {
    fold.cancelled();
  }

  synchronized AgentExecutionStatus now() {
    return fold.status();
  }
}
