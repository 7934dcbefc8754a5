package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.loop.ApprovalStage.Word;
import ai.stigmer.graphton.loop.UnknownOutcomes.Settled;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import ai.stigmer.graphton.tool.CallSuspended;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Serves the tool calls of one turn: check, policy, intent, body, outcome.
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
  private final LongResults results;
  private final Map<String, Tool> byName = new HashMap<>();

  ToolStage(
      RunPlan plan, List<Tool> tools, LongSupplier window, EventSink events, Recorder recorder) {
    this.plan = plan;
    this.events = events;
    this.approvals = new ApprovalStage(plan, events, recorder);
    this.unknown = new UnknownOutcomes(plan.permission().unknown(), approvals);
    tools.forEach(tool -> byName.put(tool.spec().name(), tool));
    this.results =
        new LongResults(window, byName.keySet().stream().anyMatch(LongResults::isReader));
  }

  /**
   * Serves the calls until each has its outcome, the run is cancelled, its budget is spent, or a
   * call waits for somebody who is not here.
   */
  Optional<RunEnd.Waiting> serve(Step.RunTools step, Transcript before) {
    var together = new ArrayList<ReadyCall>();
    for (PendingCall pending : step.calls()) {
      if (plan.cancel().isCancelled()) {
        return Optional.empty();
      }
      if (!plan.account().admitsTool()) {
        break;
      }
      switch (prepare(pending, before)) {
        case Admitted.Refused refused -> {
          events.send(new AgentEvent.ToolStarted(pending.call()));
          record(pending.call(), refused.result(), refused.approval(), before);
        }
        case Admitted.Held held -> {
          return runTogether(together, before).or(held::waiting);
        }
        case Admitted.Admissible(ReadyCall ready) -> {
          if (ready.tool().concurrent()) {
            together.add(ready);
            continue;
          }
          Optional<RunEnd.Waiting> waiting = runTogether(together, before);
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

  private sealed interface Admitted {
    record Admissible(ReadyCall ready) implements Admitted {}

    record Refused(ToolResult result, Optional<String> approval) implements Admitted {}

    /** Not decided: the run waits, or is to end. */
    record Held(Optional<RunEnd.Waiting> waiting) implements Admitted {}
  }

  private Admitted prepare(PendingCall pending, Transcript before) {
    ToolCall call = pending.intent().map(ToolIntent::call).orElse(pending.call());
    Tool tool = byName.get(call.name());
    if (tool == null) {
      return refused(pending, noSuchTool(call.name()));
    }
    return switch (ArgumentCheck.check(tool.spec(), call.arguments())) {
      case Checked.Invalid invalid -> refused(pending, invalid.hint());
      case Checked.Valid valid -> {
        var context =
            new ToolContext(
                plan.writer().runId(),
                before.turns() + "/" + call.id(),
                plan.cancel(),
                plan.results());
        var ready =
            new ReadyCall(
                pending.call(),
                call,
                tool,
                valid.arguments(),
                context,
                Optional.empty(),
                pending.intent());
        yield pending.intent().isPresent() ? new Admitted.Admissible(ready) : decide(ready);
      }
    };
  }

  /** A call that was announced may have taken effect, whatever is wrong with it by now. */
  private static Admitted refused(PendingCall pending, String hint) {
    return new Admitted.Refused(
        pending.intent().isPresent() ? UnknownOutcomes.TOLD : ToolResult.error(hint),
        Optional.empty());
  }

  private Admitted decide(ReadyCall ready) {
    return switch (plan.permission().policy().decide(ready.tool(), ready.asRun())) {
      case Decision.Allow _ -> new Admitted.Admissible(ready);
      case Decision.Deny deny -> denied(deny.reason(), ready.approval());
      case Decision.Ask ask -> asked(ready, ask.why());
    };
  }

  private static Admitted denied(String reason, Optional<String> approval) {
    return new Admitted.Refused(ToolResult.denied(reason), approval);
  }

  private Admitted asked(ReadyCall ready, String why) {
    if (ready.approval().isPresent() || approvals.isRemembered(ready.tool())) {
      return new Admitted.Admissible(ready);
    }
    Word word = approvals.ask(Question.MAY_IT_RUN, ready.context().callId(), ready.call(), why);
    return switch (word) {
      case Word.Waiting waiting -> new Admitted.Held(Optional.of(waiting.end()));
      case Word.Cancelled _ -> new Admitted.Held(Optional.empty());
      case Word.Decided decided -> approved(ready.approvedBy(decided.approval()), decided);
    };
  }

  private Admitted approved(ReadyCall ready, Word.Decided decided) {
    return switch (decided.decision()) {
      case ApprovalDecision.Approved _, ApprovalDecision.Remembered _ ->
          new Admitted.Admissible(ready);
      case ApprovalDecision.Denied deny -> denied(deny.reason(), ready.approval());
      case ApprovalDecision.Edited edited -> edited(ready, edited.arguments());
      case ApprovalDecision.Happened _,
          ApprovalDecision.DidNotHappen _,
          ApprovalDecision.LeftUnknown _ ->
          throw new IllegalStateException("not asked: " + decided.decision());
    };
  }

  /** What somebody typed is checked as the model's arguments are; a denial still holds for it. */
  private Admitted edited(ReadyCall ready, String arguments) {
    return switch (ArgumentCheck.check(ready.tool().spec(), arguments)) {
      case Checked.Invalid invalid ->
          new Admitted.Refused(
              ToolResult.error(
                  "The user put other arguments in the place of yours, and they do not fit the"
                      + " tool, so nothing ran: "
                      + invalid.hint()),
              ready.approval());
      case Checked.Valid valid -> decide(ready.edited(arguments, valid.arguments()));
    };
  }

  private String noSuchTool(String name) {
    String offered = byName.keySet().stream().sorted().collect(Collectors.joining(", "));
    return "There is no tool \"" + name + "\". The tools are: " + offered + ".";
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
    events.send(new AgentEvent.ToolStarted(ready.call()));
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
        record(ready.call(), known.result(), known.approval(), before);
        yield new Announced.Done();
      }
      case Settled.Held held -> new Announced.Held(held.waiting());
      case Settled.RunIt run -> {
        run.approval().ifPresent(id -> announce(ready.approvedBy(id), intent.prepared()));
        yield new Announced.Run(ready);
      }
    };
  }

  private Announced intended(ReadyCall ready, Transcript before) {
    Optional<String> prepared;
    try {
      prepared = ready.tool().prepare(ready.arguments(), ready.context());
    } catch (Exception e) {
      record(ready.call(), failed(ready.tool(), e), ready.approval(), before);
      return new Announced.Done();
    }
    if (plan.cancel().isCancelled()) {
      return new Announced.Done();
    }
    announce(ready, prepared);
    return new Announced.Run(ready);
  }

  private void announce(ReadyCall ready, Optional<String> prepared) {
    approvals.append(
        new ToolIntent(ready.asRun(), ready.tool().effect(), prepared, ready.approval()));
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
      Optional<RunEnd.Waiting> waiting,
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

  /** Runs calls at the same time; gives what the first of them waits for that has no result. */
  private Optional<RunEnd.Waiting> runTogether(List<ReadyCall> calls, Transcript before) {
    var going = new ArrayList<ReadyCall>();
    Optional<RunEnd.Waiting> waiting = Optional.empty();
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
    for (int i = 0; i < going.size(); i++) {
      Done next = take(done);
      if (next.error().isPresent()) {
        throw next.error().get();
      }
      waiting = waiting.or(next::waiting);
      next.result().ifPresent(result -> record(next.ready(), result, before));
    }
    return waiting;
  }

  /** An approval is used up by the intent; by the outcome of a call that has none. */
  private void record(ReadyCall ready, ToolResult result, Transcript before) {
    boolean hasIntent = ready.intent().isPresent() || ready.tool().effect() != EffectClass.READ;
    record(ready.call(), result, hasIntent ? Optional.empty() : ready.approval(), before);
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

  private void record(
      ToolCall call, ToolResult result, Optional<String> approval, Transcript before) {
    LongResults.Told cut = results.cut(call, result, before);
    ToolResult told = warned(call, cut.result(), before);
    var outcome = new JournalEntry.ToolOutcome(call, told, approval);
    long seq =
        cut.kept().isPresent()
            ? approvals.append(cut.kept().get(), outcome)
            : approvals.append(outcome);
    events.send(new AgentEvent.ToolFinished(call, told, seq));
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
