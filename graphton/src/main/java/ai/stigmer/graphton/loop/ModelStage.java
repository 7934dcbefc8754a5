package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ModelInterceptor;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.retry.RetryPolicy.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/*
 * A call that failed is made again even after a part of its answer was shown: no tool of it can have run, because a
 * tool starts only once its turn is complete and durable. Retries are not journaled. Nothing is decided from them
 * later: turns and usage count recorded answers only, and a process that died while it waited has no claim on the
 * waits of the one that goes on.
 */
/**
 * Asks the model for one turn, as often as the retry policy allows, and shows each attempt.
 *
 * <p>Thread: the run's only.
 */
final class ModelStage {
  private final RunPlan plan;
  private final EventSink events;
  private long shown;

  ModelStage(RunPlan plan, EventSink events) {
    this.plan = plan;
    this.events = events;
  }

  /** Asks within a turn that has started, until there is an answer, no hope, or a cancel. */
  ModelResult ask(int turn, ModelRequest request) {
    shown = 0;
    for (int retries = 0; ; retries++) {
      ModelResult result = checked(call(plan.asking().model(), turn, request));
      if (!(result instanceof ModelResult.Failed(ModelFailure failure))) {
        return result;
      }
      double chance = plan.asking().timing().chance();
      switch (plan.asking().retries().decide(failure, retries, chance)) {
        case Decision.Hopeless _ -> {
          return result;
        }
        case Decision.Exhausted _ -> {
          return new ModelResult.Failed(afterCalls(failure, retries + 1));
        }
        case Decision.Again again -> {
          if (waitsInVain(turn, retries + 1, again, failure)) {
            return new ModelResult.Cancelled();
          }
        }
      }
    }
  }

  private boolean waitsInVain(int turn, int attempt, Decision.Again again, ModelFailure failure) {
    if (plan.cancel().isCancelled()) {
      return true;
    }
    int most = plan.asking().retries().maxRetries();
    events.send(
        new AgentEvent.Retrying(turn, attempt, most, again.delay(), again.why(), failure, shown));
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
      return call.apply(request);
    } catch (RuntimeException e) {
      return new ModelResult.Failed(
          ModelFailure.of(model.provider(), 0, ModelFailure.Kind.BAD_RESPONSE, RunLoop.bug(e)));
    }
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
    switch (event) {
      case ModelEvent.TextDelta delta -> {
        shown += delta.text().length();
        events.send(new AgentEvent.TextDelta(turn, delta.text()));
      }
      case ModelEvent.ThinkingDelta delta -> {
        shown += delta.text().length();
        events.send(new AgentEvent.ThinkingDelta(turn, delta.text()));
      }
      case ModelEvent.Notice notice ->
          events.send(new AgentEvent.Notice(notice.code(), notice.text()));
    }
  }

  /** The failure with a word on how often the call was made. */
  private static ModelFailure afterCalls(ModelFailure failure, int calls) {
    if (calls == 1) {
      return failure;
    }
    Problem problem = failure.problem();
    var from = new ArrayList<>(problem.from());
    from.add("asked " + calls + " times in vain");
    return new ModelFailure(
        failure.provider(),
        failure.status(),
        failure.kind(),
        failure.requestId(),
        failure.retryAfter(),
        new Problem(problem.code(), problem.category(), problem.message(), from, problem.help()));
  }
}
