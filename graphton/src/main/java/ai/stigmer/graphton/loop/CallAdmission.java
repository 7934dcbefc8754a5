package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.loop.ApprovalStage.Word;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.ArgumentCheck;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides which of the model's calls may run: the tool is there, its arguments fit, the policy
 * allows it or somebody does, and no interceptor objects.
 *
 * <p>Thread: the run's only.
 */
final class CallAdmission {
  private final RunPlan plan;
  private final ApprovalStage approvals;
  private final Map<String, Tool> byName = new HashMap<>();

  CallAdmission(RunPlan plan, List<Tool> tools, ApprovalStage approvals) {
    this.plan = plan;
    this.approvals = approvals;
    tools.forEach(tool -> byName.put(tool.spec().name(), tool));
  }

  /** What is to be done with a call, as far as it can be told before it is announced. */
  sealed interface Admitted {
    record Admissible(ReadyCall ready) implements Admitted {}

    /**
     * It is not run.
     *
     * @param call with the arguments that somebody put in the place of the model's
     */
    record Refused(ToolCall call, ToolResult result, Optional<String> approval)
        implements Admitted {}

    /** Not decided: the run waits, or is to end. */
    record Held(Optional<RunEnd.Waiting> waiting) implements Admitted {}
  }

  /**
   * Requests a word for every call that will need one, before anybody is asked about the first: so
   * whoever looks sees all of them.
   */
  void request(List<PendingCall> calls, Transcript before) {
    for (PendingCall pending : calls) {
      if (pending.intent().isEmpty()
          && look(pending, before) instanceof Looked.Fitting(ReadyCall ready)
          && plan.permission().policy().decide(ready.tool(), ready.asRun())
              instanceof Decision.Ask(String why)
          && !approvals.isRemembered(ready.tool())) {
        approvals.request(Question.MAY_IT_RUN, ready.context().callId(), ready.call(), why);
      }
    }
  }

  /** Says what is to be done with a call; asks about it where the policy wants somebody's word. */
  Admitted admit(PendingCall pending, Transcript before) {
    return switch (look(pending, before)) {
      case Looked.Unfit unfit -> refused(pending, unfit.hint());
      case Looked.Fitting(ReadyCall ready) ->
          pending.intent().isPresent() ? new Admitted.Admissible(ready) : heard(decide(ready));
    };
  }

  /** A call beside the tools there are. */
  private sealed interface Looked {
    record Fitting(ReadyCall ready) implements Looked {}

    record Unfit(String hint) implements Looked {}
  }

  private Looked look(PendingCall pending, Transcript before) {
    ToolCall call = pending.intent().map(ToolIntent::call).orElse(pending.call());
    Tool tool = byName.get(call.name());
    if (tool == null) {
      return new Looked.Unfit(noSuchTool(call.name()));
    }
    return switch (ArgumentCheck.check(tool.spec(), call.arguments())) {
      case Checked.Invalid invalid -> new Looked.Unfit(invalid.hint());
      case Checked.Valid valid -> {
        var context =
            new ToolContext(
                plan.writer().runId(),
                before.turns() + "/" + call.id(),
                plan.cancel(),
                plan.results(),
                plan.redactor());
        yield new Looked.Fitting(
            new ReadyCall(
                pending.call(),
                call,
                tool,
                valid.arguments(),
                context,
                Optional.empty(),
                pending.intent()));
      }
    };
  }

  /** A call that was announced may have taken effect, whatever is wrong with it by now. */
  private static Admitted refused(PendingCall pending, String hint) {
    return new Admitted.Refused(
        pending.intent().map(ToolIntent::call).orElse(pending.call()),
        pending.intent().isPresent() ? UnknownOutcomes.TOLD : ToolResult.error(hint),
        Optional.empty());
  }

  /** The interceptors have their say last: a call that the policy refuses is none of theirs. */
  private Admitted heard(Admitted decided) {
    if (!(decided instanceof Admitted.Admissible(ReadyCall ready))) {
      return decided;
    }
    Optional<String> objection = objection(ready);
    if (plan.cancel().isCancelled() && objection.isPresent()) {
      return new Admitted.Held(Optional.empty());
    }
    return objection.map(reason -> denied(reason, ready)).orElse(decided);
  }

  private Optional<String> objection(ReadyCall ready) {
    try {
      for (ToolInterceptor interceptor : plan.aroundTools()) {
        Optional<String> objection =
            interceptor.objection(ready.tool(), ready.asRun(), ready.arguments(), ready.context());
        if (objection.isPresent()) {
          return objection;
        }
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      plan.cancel().cancel();
      Thread.currentThread().interrupt();
      return Optional.of("The run was cancelled.");
    }
  }

  private Admitted decide(ReadyCall ready) {
    return switch (plan.permission().policy().decide(ready.tool(), ready.asRun())) {
      case Decision.Allow _ -> new Admitted.Admissible(ready);
      case Decision.Deny deny -> denied(deny.reason(), ready);
      case Decision.Ask ask -> asked(ready, ask.why());
    };
  }

  private static Admitted denied(String reason, ReadyCall ready) {
    return new Admitted.Refused(ready.asRun(), ToolResult.denied(reason), ready.approval());
  }

  private Admitted asked(ReadyCall ready, String why) {
    if (ready.approval().isPresent()) {
      return new Admitted.Admissible(ready);
    }
    Optional<Word> word = approvals.mayItRun(ready, why);
    if (word.isEmpty()) {
      return new Admitted.Admissible(ready);
    }
    return switch (word.get()) {
      case Word.Waiting waiting -> new Admitted.Held(Optional.of(waiting.end()));
      case Word.Cancelled _ -> new Admitted.Held(Optional.empty());
      case Word.Decided decided -> approved(ready.approvedBy(decided.approval()), decided);
    };
  }

  private Admitted approved(ReadyCall ready, Word.Decided decided) {
    return switch (decided.decision()) {
      case ApprovalDecision.Approved _, ApprovalDecision.Remembered _ ->
          new Admitted.Admissible(ready);
      case ApprovalDecision.Denied deny -> denied(deny.reason(), ready);
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
              ready.withArguments(arguments),
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
}
