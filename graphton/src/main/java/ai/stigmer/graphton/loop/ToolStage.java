package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.loop.CallAdmission.Admitted;
import ai.stigmer.graphton.loop.UnknownOutcomes.Settled;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.CallSuspended;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.FileState;
import ai.stigmer.graphton.tool.Tool;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;

/**
 * Serves the tool calls of one turn: admission, intent, body, outcome.
 *
 * <p>Concurrent tools next to each other run at the same time; every other tool runs alone, in the
 * model's order. Thread: the run's, but for the bodies of concurrent tools.
 */
final class ToolStage {

  /** Writes entries down; returns when they are durable. */
  @FunctionalInterface
  interface Recorder {
    long append(List<JournalEntry> entries);
  }

  private final RunPlan plan;
  private final EventSink events;
  private final ApprovalStage approvals;
  private final UnknownOutcomes unknown;
  private final CallAdmission admission;
  private final LongResults results;

  ToolStage(
      RunPlan plan, List<Tool> tools, LongSupplier window, EventSink events, Recorder recorder) {
    this.plan = plan;
    this.events = events;
    this.approvals = new ApprovalStage(plan, events, recorder);
    this.admission = new CallAdmission(plan, tools, approvals);
    this.unknown = new UnknownOutcomes(plan.permission().unknown(), approvals);
    this.results =
        new LongResults(
            window, tools.stream().map(tool -> tool.spec().name()).anyMatch(LongResults::isReader));
  }

  /**
   * Serves the calls until each has its outcome, the run is cancelled, its budget is spent, or a
   * call waits for somebody who is not here, a sub-agent that others drive included.
   */
  Optional<RunEnd> serve(Step.RunTools step, Transcript before) {
    var together = new ArrayList<ReadyCall>();
    if (!plan.cancel().isCancelled() && plan.account().hasRoomForTool()) {
      admission.request(step.calls(), before);
    }
    for (PendingCall pending : step.calls()) {
      if (plan.cancel().isCancelled()) {
        return Optional.empty();
      }
      if (!plan.account().admitsTool()) {
        break;
      }
      switch (admission.admit(pending, before)) {
        case Admitted.Refused refused -> {
          events.send(new AgentEvent.ToolStarted(refused.call()));
          record(pending.call(), refused.call(), refused.result(), refused.approval(), before);
        }
        case Admitted.Held held -> {
          return runTogether(together, before).or(held::waiting);
        }
        case Admitted.Admissible(ReadyCall ready) -> {
          if (ready.tool().concurrent()) {
            together.add(ready);
            continue;
          }
          Optional<RunEnd> waiting = runTogether(together, before);
          together.clear();
          if (waiting.isEmpty() && !plan.cancel().isCancelled()) {
            waiting = runTogether(List.of(ready), before);
          }
          if (waiting.isPresent() || plan.cancel().isCancelled()) {
            return waiting;
          }
        }
      }
    }
    return runTogether(together, before);
  }

  /** What is to be done with a call by the time its intent is durable. */
  private sealed interface Announced {
    record Run(ReadyCall ready) implements Announced {}

    /** It has its result, or the run is cancelled. */
    record Done() implements Announced {}

    /** Not decided: the run waits, or is to end. */
    record Held(Optional<RunEnd.Waiting> waiting) implements Announced {}
  }

  /** Makes the intent durable, unless the call needs none or is not to be run. */
  private Announced announced(ReadyCall ready, Transcript before) {
    events.send(new AgentEvent.ToolStarted(ready.asRun()));
    if (ready.intent().isPresent()) {
      return settled(ready, ready.intent().get(), before);
    }
    return ready.tool().effect() == EffectClass.READ
        ? new Announced.Run(ready)
        : intended(ready, before);
  }

  private Announced settled(ReadyCall ready, ToolIntent intent, Transcript before) {
    Settled settled = settle(ready, intent);
    if (plan.cancel().isCancelled()) {
      return new Announced.Done();
    }
    return switch (settled) {
      case Settled.Known known -> {
        record(ready.call(), ready.asRun(), known.result(), known.approval(), before);
        yield new Announced.Done();
      }
      case Settled.Held held -> new Announced.Held(held.waiting());
      case Settled.RunIt run -> {
        run.approval()
            .ifPresent(id -> announce(ready.approvedBy(id), intent.prepared(), intent.before()));
        yield new Announced.Run(ready);
      }
    };
  }

  private Announced intended(ReadyCall ready, Transcript transcript) {
    Optional<String> prepared;
    Optional<FileState> before;
    try {
      prepared = ready.tool().prepare(ready.arguments(), ready.context());
      before = ready.tool().before(ready.arguments(), ready.context()).map(this::keepable);
    } catch (Exception e) {
      record(ready.call(), ready.asRun(), failed(ready.tool(), e), ready.approval(), transcript);
      return new Announced.Done();
    }
    if (plan.cancel().isCancelled()) {
      return new Announced.Done();
    }
    announce(ready, prepared, before);
    return new Announced.Run(ready);
  }

  private FileState keepable(FileState state) {
    byte[] content = Base64.getDecoder().decode(state.content());
    return !plan.redactor().isIn(content)
            && plan.aroundTools().stream().allMatch(around -> around.mayKeep(content))
        ? state
        : state.withoutContent();
  }

  private void announce(ReadyCall ready, Optional<String> prepared, Optional<FileState> before) {
    approvals.append(
        new ToolIntent(ready.asRun(), ready.tool().effect(), prepared, ready.approval(), before));
  }

  /**
   * What became of a call that an earlier process had announced. The tool may have changed its
   * class since; the more careful of the two counts.
   */
  private Settled settle(ReadyCall ready, ToolIntent intent) {
    if (intent.effect() != EffectClass.UNSAFE && ready.tool().effect() != EffectClass.UNSAFE) {
      return new Settled.RunIt(Optional.empty());
    }
    return switch (settlement(ready, intent)) {
      case Tool.Settlement.Happened happened ->
          new Settled.Known(happened.result(), Optional.empty());
      case Tool.Settlement.DidNotHappen _ -> new Settled.RunIt(Optional.empty());
      case Tool.Settlement.Unknown _ ->
          plan.cancel().isCancelled() ? new Settled.Held(Optional.empty()) : unknown.settle(ready);
    };
  }

  private Tool.Settlement settlement(ReadyCall ready, ToolIntent intent) {
    if (intent.prepared().isEmpty()) {
      return new Tool.Settlement.Unknown();
    }
    try {
      return ready.tool().settle(ready.arguments(), intent.prepared().get(), ready.context());
    } catch (Exception e) {
      heedInterrupt(e);
      return new Tool.Settlement.Unknown();
    }
  }

  /**
   * A body that ended; without a result when it is suspended, with an error when the virtual
   * machine is not to be trusted any more.
   */
  private record Done(
      ReadyCall ready,
      Optional<ToolResult> result,
      Optional<RunEnd> waiting,
      Optional<Error> error) {}

  private Done finish(ReadyCall ready) {
    try {
      return new Done(ready, Optional.of(run(ready)), Optional.empty(), Optional.empty());
    } catch (CallSuspended e) {
      return new Done(ready, Optional.empty(), e.waiting(), Optional.empty());
    } catch (Error e) {
      return new Done(ready, Optional.empty(), Optional.empty(), Optional.of(e));
    }
  }

  /**
   * Runs calls at the same time; gives what the first of them waits for that has no result. Ends
   * when all of them have, also when an outcome cannot be written: nothing of a run goes on behind
   * its end.
   */
  private Optional<RunEnd> runTogether(List<ReadyCall> calls, Transcript before) {
    var going = new ArrayList<ReadyCall>();
    Optional<RunEnd> waiting = Optional.empty();
    for (ReadyCall call : calls) {
      switch (announced(call, before)) {
        case Announced.Run(ReadyCall ready) -> going.add(ready);
        case Announced.Held held -> waiting = waiting.or(held::waiting);
        case Announced.Done _ -> {}
      }
    }
    var done = new LinkedBlockingQueue<Done>();
    if (going.size() == 1) {
      done.add(finish(going.getFirst()));
    } else {
      for (ReadyCall ready : going) {
        Thread.ofVirtual().name("tool-" + ready.call().id()).start(() -> done.add(finish(ready)));
      }
    }
    Optional<RuntimeException> refused = Optional.empty();
    for (int i = 0; i < going.size(); i++) {
      Done next = take(done);
      if (next.error().isPresent()) {
        throw next.error().get();
      }
      waiting = waiting.or(next::waiting);
      try {
        next.result().ifPresent(result -> record(next.ready(), result, before));
      } catch (RuntimeException e) {
        refused = refused.or(() -> Optional.of(e));
      }
    }
    if (refused.isPresent()) {
      throw refused.get();
    }
    return waiting;
  }

  /** An approval is used up by the intent; by the outcome of a call that has none. */
  private void record(ReadyCall ready, ToolResult result, Transcript before) {
    boolean hasIntent = ready.intent().isPresent() || ready.tool().effect() != EffectClass.READ;
    Optional<String> approval = hasIntent ? Optional.empty() : ready.approval();
    record(ready.call(), ready.asRun(), result, approval, before);
  }

  /** An interrupt cancels the run; its tools end by their token, so waiting for them is short. */
  private Done take(LinkedBlockingQueue<Done> done) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return done.take();
        } catch (InterruptedException e) {
          interrupted = true;
          plan.cancel().cancel();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ToolResult run(ReadyCall ready) {
    ToolInterceptor.Next body = arguments -> ready.tool().run(arguments, ready.context());
    for (ToolInterceptor interceptor : plan.aroundTools().reversed()) {
      ToolInterceptor.Next next = body;
      body = arguments -> interceptor.around(ready.tool(), arguments, ready.context(), next);
    }
    try {
      return ready.toldOfEdit(body.run(ready.arguments()));
    } catch (CallSuspended e) {
      throw e;
    } catch (Exception e) {
      return failed(ready.tool(), e);
    } catch (StackOverflowError | AssertionError | LinkageError e) {
      return failed(ready.tool(), new IllegalStateException(e.toString(), e));
    }
  }

  /** Whoever interrupts the thread of a run wants the run to end, not the next turn. */
  private void heedInterrupt(Exception e) {
    if (e instanceof InterruptedException) {
      plan.cancel().cancel();
      Thread.currentThread().interrupt();
    }
  }

  private ToolResult failed(Tool tool, Exception e) {
    heedInterrupt(e);
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return ToolResult.error("The tool " + tool.spec().name() + " failed: " + why);
  }

  /** Records what the model is told about its call; shown is the call as it was run. */
  private void record(
      ToolCall call,
      ToolCall asRun,
      ToolResult result,
      Optional<String> approval,
      Transcript before) {
    // Before it is cut: half a secret is not found.
    LongResults.Told cut = results.cut(call, plan.redactor().record(result), before);
    ToolResult told = warned(call, cut.result(), before);
    long seq = approvals.append(cut.with(new JournalEntry.ToolOutcome(call, told, approval)));
    events.send(new AgentEvent.ToolFinished(asRun, told, seq));
    plan.permission().policy().outcome(asRun, told);
  }

  private ToolResult warned(ToolCall call, ToolResult result, Transcript before) {
    int inARow = before.history().inARow(call.id());
    if (inARow < CallHistory.WARN_IN_A_ROW) {
      return result;
    }
    events.send(
        new AgentEvent.Notice(
            "W402", "the model made the same call to " + call.name() + " " + inARow + " times"));
    return new ToolResult(
        result.status(),
        result.text()
            + "\n\n[You have made this same call "
            + inARow
            + " times in a row. Its result will not change. Do something else, or give your answer.]");
  }
}
