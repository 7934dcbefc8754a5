package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import ai.stigmer.graphton.tool.CallSuspended;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
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

  private static final ToolResult UNKNOWN =
      new ToolResult(
          ToolResult.Status.UNKNOWN,
          "The process stopped while this call was running. It is not known whether it took"
              + " effect, and it was not run again. Look at the present state before you decide to"
              + " repeat it.");

  /** About 20,000 tokens, the size from which the deep-agents convention keeps results apart. */
  private static final int MAX_RESULT = 80_000;

  private final RunPlan plan;
  private final EventSink events;
  private final Recorder recorder;
  private final Map<String, Tool> byName = new HashMap<>();

  ToolStage(RunPlan plan, List<Tool> tools, EventSink events, Recorder recorder) {
    this.plan = plan;
    this.events = events;
    this.recorder = recorder;
    tools.forEach(tool -> byName.put(tool.spec().name(), tool));
  }

  /** Serves the calls until each has its outcome, the run is cancelled, or its budget is spent. */
  void serve(Step.RunTools step, Transcript before) {
    var together = new ArrayList<Ready>();
    for (PendingCall pending : step.calls()) {
      if (plan.cancel().isCancelled()) {
        return;
      }
      if (!plan.account().admitsTool()) {
        break;
      }
      switch (prepare(pending, before)) {
        case Admitted.Refused refused -> {
          events.send(new AgentEvent.ToolStarted(pending.call()));
          record(pending.call(), refused.result(), before);
        }
        case Admitted.Admissible(Ready ready) -> {
          if (!ready.tool().concurrent()) {
            runTogether(together, before);
            together.clear();
            if (plan.cancel().isCancelled()) {
              return;
            }
            runTogether(List.of(ready), before);
          } else {
            together.add(ready);
          }
        }
      }
    }
    runTogether(together, before);
  }

  private record Ready(
      ToolCall call,
      Tool tool,
      ToolArguments arguments,
      ToolContext context,
      Optional<ToolIntent> intent) {}

  private sealed interface Admitted {
    record Admissible(Ready ready) implements Admitted {}

    record Refused(ToolResult result) implements Admitted {}
  }

  private Admitted prepare(PendingCall pending, Transcript before) {
    ToolCall call = pending.call();
    Tool tool = byName.get(call.name());
    if (tool == null) {
      return refused(pending, noSuchTool(call.name()));
    }
    return switch (ArgumentCheck.check(tool.spec(), call.arguments())) {
      case Checked.Invalid invalid -> refused(pending, invalid.hint());
      case Checked.Valid valid -> {
        var context =
            new ToolContext(plan.writer().runId(), before.turns() + "/" + call.id(), plan.cancel());
        var ready = new Ready(call, tool, valid.arguments(), context, pending.intent());
        yield pending.intent().isPresent() ? new Admitted.Admissible(ready) : decide(ready);
      }
    };
  }

  /** A call that was announced may have taken effect, whatever is wrong with it by now. */
  private static Admitted refused(PendingCall pending, String hint) {
    return new Admitted.Refused(pending.intent().isPresent() ? UNKNOWN : ToolResult.error(hint));
  }

  private Admitted decide(Ready ready) {
    return switch (plan.policy().decide(ready.tool(), ready.call())) {
      case Decision.Allow allow -> new Admitted.Admissible(ready);
      case Decision.Deny deny -> new Admitted.Refused(ToolResult.denied(deny.reason()));
    };
  }

  private String noSuchTool(String name) {
    String offered = byName.keySet().stream().sorted().collect(Collectors.joining(", "));
    return "There is no tool \"" + name + "\". The tools are: " + offered + ".";
  }

  /** Makes the intent durable; false when the call is not to be run, for then it has its result. */
  private boolean announced(Ready ready, Transcript before) {
    events.send(new AgentEvent.ToolStarted(ready.call()));
    Optional<ToolResult> known;
    if (ready.intent().isPresent()) {
      known = settle(ready, ready.intent().get());
    } else if (ready.tool().effect() == EffectClass.READ) {
      return true;
    } else {
      known = intend(ready);
    }
    if (plan.cancel().isCancelled()) {
      return false;
    }
    known.ifPresent(result -> record(ready.call(), result, before));
    return known.isEmpty();
  }

  /** Writes the intent down; the result of a call that could not even be prepared. */
  private Optional<ToolResult> intend(Ready ready) {
    Optional<String> prepared;
    try {
      prepared = ready.tool().prepare(ready.arguments(), ready.context());
    } catch (Exception e) {
      return Optional.of(failed(ready.tool(), e));
    }
    if (!plan.cancel().isCancelled()) {
      recorder.append(List.of(new ToolIntent(ready.call(), ready.tool().effect(), prepared)));
    }
    return Optional.empty();
  }

  /**
   * The result of a call that an earlier process had announced; empty when the call is to be run.
   * The tool may have changed its class since; the more careful of the two counts.
   */
  private Optional<ToolResult> settle(Ready ready, ToolIntent intent) {
    if (intent.effect() != EffectClass.UNSAFE && ready.tool().effect() != EffectClass.UNSAFE) {
      return Optional.empty();
    }
    return switch (settlement(ready, intent)) {
      case Tool.Settlement.Happened happened -> Optional.of(happened.result());
      case Tool.Settlement.DidNotHappen no -> Optional.empty();
      case Tool.Settlement.Unknown unknown -> Optional.of(UNKNOWN);
    };
  }

  private Tool.Settlement settlement(Ready ready, ToolIntent intent) {
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
  private record Done(Ready ready, Optional<ToolResult> result, Optional<Error> error) {}

  private Done finish(Ready ready) {
    try {
      return new Done(ready, Optional.of(run(ready)), Optional.empty());
    } catch (CallSuspended e) {
      return new Done(ready, Optional.empty(), Optional.empty());
    } catch (Error e) {
      return new Done(ready, Optional.empty(), Optional.of(e));
    }
  }

  private void runTogether(List<Ready> calls, Transcript before) {
    List<Ready> going = calls.stream().filter(ready -> announced(ready, before)).toList();
    var done = new LinkedBlockingQueue<Done>();
    if (going.size() == 1) {
      done.add(finish(going.getFirst()));
    } else {
      for (Ready ready : going) {
        Thread.ofVirtual().name("tool-" + ready.call().id()).start(() -> done.add(finish(ready)));
      }
    }
    for (int i = 0; i < going.size(); i++) {
      Done next = take(done);
      if (next.error().isPresent()) {
        throw next.error().get();
      }
      next.result().ifPresent(result -> record(next.ready().call(), result, before));
    }
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

  private ToolResult run(Ready ready) {
    ToolInterceptor.Next body = arguments -> ready.tool().run(arguments, ready.context());
    for (ToolInterceptor interceptor : plan.aroundTools().reversed()) {
      ToolInterceptor.Next next = body;
      body = arguments -> interceptor.around(ready.tool(), arguments, ready.context(), next);
    }
    try {
      return body.run(ready.arguments());
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

  private void record(ToolCall call, ToolResult result, Transcript before) {
    ToolResult told = warned(call, capped(result), before);
    long seq = recorder.append(List.of(new JournalEntry.ToolOutcome(call, told)));
    events.send(new AgentEvent.ToolFinished(call, told, seq));
  }

  private static ToolResult capped(ToolResult result) {
    int length = result.text().length();
    if (length <= MAX_RESULT) {
      return result;
    }
    int half = MAX_RESULT / 2;
    int head = Character.isHighSurrogate(result.text().charAt(half - 1)) ? half - 1 : half;
    int tail = length - half;
    tail = Character.isLowSurrogate(result.text().charAt(tail)) ? tail + 1 : tail;
    String cut =
        result.text().substring(0, head)
            + "\n[… "
            + (tail - head)
            + " characters were cut here …]\n"
            + result.text().substring(tail);
    return new ToolResult(result.status(), cut);
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
