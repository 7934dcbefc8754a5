package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ModelInterceptor;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.redaction.Pieces;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.retry.RetryPolicy.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/*
 * A call that failed is made again even after a part of its answer was shown: no tool of it can have run, because a
 * tool starts only once its turn is complete and durable. Retries are not journaled. Nothing is decided from them
 * later: turns count recorded answers only, and a process that died while it waited has no claim on the waits of the
 * one that goes on. Only the tokens of an attempt for which the provider counted some are: they cost money.
 */
/**
 * Asks for one turn: the model of choice as often as the retry policy allows, then those that stand
 * in for it. Shows each attempt; records each switch before the other model is asked.
 *
 * <p>Thread: the run's only.
 */
final class ModelStage {
  private final RunPlan plan;
  private final EventSink events;
  private final ToolStage.Recorder recorder;
  private final List<ChatModel> models;
  private final Circuits circuits;
  private final Pieces text;
  private final Pieces thinking;
  private int inUse;
  private long shown;
  private boolean quiet;

  ModelStage(RunPlan plan, EventSink events, ToolStage.Recorder recorder) {
    this.plan = plan;
    this.events = events;
    this.recorder = recorder;
    this.models = plan.asking().models();
    this.circuits = new Circuits(models.size());
    this.text = plan.redactor().pieces();
    this.thinking = plan.redactor().pieces();
    startWhereTheRunWas();
  }

  /** Asks within a turn that has started, until there is an answer, no hope, or a cancel. */
  ModelResult ask(int turn, ModelRequest request) {
    shown = 0;
    int first = circuits.first(now()).orElse(inUse);
    if (first != inUse) {
      switchTo(turn, first, name(first) + " may be there again");
    }
    while (true) {
      Outcome outcome = askOne(turn, request);
      if (outcome.result() instanceof ModelResult.Turn) {
        circuits.close(inUse);
      }
      if (!(outcome instanceof Outcome.Unavailable(ModelFailure failure))) {
        return outcome.result();
      }
      circuits.open(inUse, now());
      OptionalInt next = circuits.first(now());
      if (next.isEmpty()) {
        return outcome.result();
      }
      switchTo(turn, next.getAsInt(), failure.problem().message());
    }
  }

  /** The model that is asked next. */
  ChatModel current() {
    return models.get(inUse);
  }

  /**
   * Asks outside of a turn. Of what the model says nothing is shown; a retry or a switch is told in
   * a notice.
   */
  ModelResult askQuietly(ModelRequest request) {
    quiet = true;
    try {
      return ask(0, request);
    } finally {
      quiet = false;
    }
  }

  /** How one model did. */
  private sealed interface Outcome {
    ModelResult result();

    /** There is an answer, or a reason that would hold for any model. */
    record Final(ModelResult result) implements Outcome {}

    /** This model cannot be had for now; another may. */
    record Unavailable(ModelFailure failure) implements Outcome {
      @Override
      public ModelResult result() {
        return new ModelResult.Failed(failure);
      }
    }
  }

  private Outcome askOne(int turn, ModelRequest request) {
    RetryPolicy policy = circuits.isOnProbation(inUse) ? RetryPolicy.NONE : plan.asking().retries();
    Instant end = Instant.MAX;
    for (int retries = 0; ; retries++) {
      ModelResult result = checked(call(models.get(inUse), turn, held(request)));
      if (!(result instanceof ModelResult.Failed(ModelFailure failure))) {
        return new Outcome.Final(result);
      }
      count(failure);
      if (retries == 0) {
        end = lastMoment(policy);
      }
      Duration left = Duration.between(now(), end);
      switch (policy.decide(failure, retries, plan.asking().timing().chance(), left)) {
        case Decision.Hopeless _ -> {
          return new Outcome.Final(result);
        }
        case Decision.Exhausted _ -> {
          return new Outcome.Unavailable(afterCalls(failure, retries + 1));
        }
        case Decision.OutOfTime _ -> {
          return new Outcome.Unavailable(
              with(afterCalls(failure, retries + 1), "no time is left to ask again"));
        }
        case Decision.Again again -> {
          if (waitsInVain(turn, retries + 1, again, left, failure)) {
            return new Outcome.Final(new ModelResult.Cancelled());
          }
        }
      }
    }
  }

  /**
   * A run that goes on asks the model that it asked last. Those before it rest from now on: the
   * journal's clock may be another machine's.
   */
  private void startWhereTheRunWas() {
    String last = "";
    for (Recorded recorded : plan.writer().before()) {
      if (recorded.entry() instanceof JournalEntry.ModelSwitched switched) {
        last = switched.to();
      } else if (recorded.entry() instanceof JournalEntry.RunForked) {
        // The run may have been forked for the very sake of another model.
        last = "";
      }
    }
    for (int i = 1; i < models.size() && !last.isEmpty(); i++) {
      if (name(i).equals(last)) {
        inUse = i;
      }
    }
    for (int i = 0; i < inUse; i++) {
      circuits.open(i, now());
    }
  }

  private void switchTo(int turn, int next, String why) {
    String from = name(inUse);
    String to = name(next);
    long seq = recorder.append(List.of(new JournalEntry.ModelSwitched(from, to, why)));
    inUse = next;
    send(
        new AgentEvent.ModelSwitched(turn, from, to, why, seq, shown), "asking " + to + ": " + why);
    shown = 0;
  }

  private void send(AgentEvent event, String inWords) {
    events.send(quiet ? new AgentEvent.Notice("W301", "for a summary: " + inWords) : event);
  }

  private String name(int model) {
    return models.get(model).provider() + "/" + models.get(model).model();
  }

  private Instant now() {
    return plan.asking().timing().now();
  }

  /** What was billed for nothing is durable before it is asked again. */
  private void count(ModelFailure failure) {
    if (!failure.usage().equals(Usage.NONE)) {
      ChatModel model = models.get(inUse);
      var used = new TurnUsage(model.provider(), model.model(), failure.usage());
      recorder.append(List.of(new JournalEntry.AttemptFailed(used)));
      plan.account().lost(used);
    }
  }

  /** When the last retry of a call that failed just now must begin. */
  private Instant lastMoment(RetryPolicy policy) {
    Instant budget = now().plus(policy.budget());
    Instant deadline = plan.asking().deadline();
    return budget.isBefore(deadline) ? budget : deadline;
  }

  private boolean waitsInVain(
      int turn, int attempt, Decision.Again again, Duration left, ModelFailure failure) {
    if (plan.cancel().isCancelled()) {
      return true;
    }
    int most = plan.asking().retries().maxRetries();
    send(
        new AgentEvent.Retrying(
            turn,
            attempt,
            most,
            again.delay(),
            left.minus(again.delay()),
            again.why(),
            failure,
            shown),
        "asking again: " + again.why());
    shown = 0;
    plan.asking().timing().pause(again.delay(), plan.cancel());
    return plan.cancel().isCancelled() || Thread.currentThread().isInterrupted();
  }

  private ModelResult call(ChatModel model, int turn, ModelRequest request) {
    Function<ModelRequest, ModelResult> call =
        asked -> model.call(asked, plan.cancel(), event -> show(turn, event));
    for (ModelInterceptor interceptor : plan.aroundModel().reversed()) {
      Function<ModelRequest, ModelResult> next = call;
      call = asked -> interceptor.around(asked, next);
    }
    try {
      ModelResult result = call.apply(request);
      showRest(turn);
      return result;
    } catch (RuntimeException e) {
      showRest(turn);
      return new ModelResult.Failed(
          ModelFailure.of(model.provider(), 0, ModelFailure.Kind.BAD_RESPONSE, RunLoop.bug(e)));
    }
  }

  /** With the schema that the model in use can be held to; a summary is no answer. */
  private ModelRequest held(ModelRequest request) {
    ChatModel model = models.get(inUse);
    return request.purpose() == ModelRequest.Purpose.SUMMARY
        ? request
        : request.withAnswerSchema(
            plan.answer().schemaFor(model.provider(), model.model()).map(plan.redactor()::text));
  }

  private static ModelResult checked(ModelResult result) {
    if (result instanceof ModelResult.Turn(ModelTurn turn)) {
      List<String> ids = turn.calls().stream().map(ToolCall::id).toList();
      if (ids.stream().distinct().count() != ids.size() || ids.contains("")) {
        Problem problem =
            Problem.of(
                "E305",
                Problem.Category.PROVIDER,
                turn.provider() + " sent tool calls without ids of their own");
        return new ModelResult.Failed(
            ModelFailure.of(turn.provider(), 200, ModelFailure.Kind.BAD_RESPONSE, problem));
      }
    }
    return result;
  }

  private void show(int turn, ModelEvent event) {
    if (quiet && !(event instanceof ModelEvent.Notice)) {
      return;
    }
    switch (event) {
      case ModelEvent.TextDelta delta -> {
        showThinking(turn, thinking.end());
        showText(turn, text.add(delta.text()));
      }
      case ModelEvent.ThinkingDelta delta -> {
        showText(turn, text.end());
        showThinking(turn, thinking.add(delta.text()));
      }
      case ModelEvent.Notice notice ->
          events.send(new AgentEvent.Notice(notice.code(), notice.text()));
    }
  }

  /** What was held back, now that nothing more of this answer comes. */
  private void showRest(int turn) {
    showThinking(turn, thinking.end());
    showText(turn, text.end());
  }

  private void showText(int turn, String more) {
    if (!more.isEmpty()) {
      shown += more.length();
      events.send(new AgentEvent.TextDelta(turn, more));
    }
  }

  private void showThinking(int turn, String more) {
    if (!more.isEmpty()) {
      shown += more.length();
      events.send(new AgentEvent.ThinkingDelta(turn, more));
    }
  }

  /** The failure with a word on how often the call was made. */
  private static ModelFailure afterCalls(ModelFailure failure, int calls) {
    return calls == 1 ? failure : with(failure, "asked " + calls + " times in vain");
  }

  private static ModelFailure with(ModelFailure failure, String line) {
    Problem problem = failure.problem();
    var from = new ArrayList<>(problem.from());
    from.add(line);
    return new ModelFailure(
        failure.provider(),
        failure.status(),
        failure.kind(),
        failure.requestId(),
        failure.retryAfter(),
        new Problem(problem.code(), problem.category(), problem.message(), from, problem.help()),
        failure.usage());
  }
}
