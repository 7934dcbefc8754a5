package ai.stigmer.cli;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import ai.stigmer.temporal.RunOutcome;
import ai.stigmer.temporal.TemporalConnection;
import ai.stigmer.temporal.TemporalEngine;
import ai.stigmer.temporal.TemporalSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A run that is begun here, driven by workers of a Temporal namespace, and told when it is over.
 */
final class HandedRun {
  private static final long LOOK_MILLIS = 200;

  private final Surroundings surroundings;
  private final RunView view;

  HandedRun(Surroundings surroundings, RunView view) {
    this.surroundings = surroundings;
    this.view = view;
  }

  /** Begins the run, waits for its end, and shows it; returns the exit status. */
  int run(RunRequest request, Resolved configuration, Conversation conversation) {
    TemporalSettings settings = TemporalSettings.of(configuration.temporal(), surroundings.env());
    CancelToken cancel = new CancelToken();
    try (TemporalEngine engine = new TemporalEngine(TemporalConnection.open(settings));
        Runner runner = conversation.open();
        Journal journal =
            surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ);
        CancelToken.Registration _ = cancel.onCancel(() -> cancel(engine, request.runId()));
        Signals.Handle _ = surroundings.signals().cancelling(cancel)) {
      runner.begin(request);
      engine.start(request.runId());
      view.note("run " + request.runId() + " is in the hands of the workers");
      await(engine, journal, request.runId());
      return Ends.exitStatus(Replay.of(request.runId(), journal.read(request.runId()), view).end());
    }
  }

  /** Tells the workers that a run may go on; returns what came of it. */
  static String woken(Surroundings surroundings, Resolved configuration, String runId) {
    TemporalSettings settings = TemporalSettings.of(configuration.temporal(), surroundings.env());
    try (TemporalEngine engine = new TemporalEngine(TemporalConnection.open(settings))) {
      engine.wake(runId);
      return "the workers were told; run " + runId + " goes on";
    } catch (ProblemException e) {
      return "the workers could not be told ("
          + e.problem().message()
          + "); run "
          + runId
          + " goes on once a worker finds the decision in the journal, within a minute";
    }
  }

  /** A signal handler must not wait for a network. */
  private static void cancel(TemporalEngine engine, String runId) {
    Thread.ofVirtual().start(() -> engine.cancel(runId));
  }

  private void await(TemporalEngine engine, Journal journal, String runId) {
    var questions = new OpenQuestions(journal, runId);
    CompletableFuture<RunOutcome> end =
        CompletableFuture.supplyAsync(
            () -> engine.result(runId), task -> Thread.ofVirtual().start(task));
    while (true) {
      try {
        var _ = end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        questions
            .news()
            .forEach(
                id -> view.note("the run waits for an approval: stigmer approvals show " + id));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof ProblemException problem) {
          throw problem;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
