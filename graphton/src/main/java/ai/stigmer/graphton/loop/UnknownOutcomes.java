package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.loop.ApprovalStage.Word;
import ai.stigmer.graphton.message.ToolResult;
import java.util.Optional;

/**
 * Decides about calls that an earlier process had announced and that nothing can settle.
 *
 * <p>Thread: the run's only.
 */
final class UnknownOutcomes {
  /** What the model is told when nobody knows better. */
  static final ToolResult TOLD =
      new ToolResult(
          ToolResult.Status.UNKNOWN,
          "The process stopped while this call was running. It is not known whether it took"
              + " effect, and it was not run again. Look at the present state before you decide to"
              + " repeat it.");

  private static final ToolResult HAPPENED =
      ToolResult.ok(
          "The process stopped while this call was running, and its output is lost. The user has"
              + " looked: it took effect. Do not repeat it.");

  private static final String WHY = "the process stopped while this call was running";

  private final UnknownEffects choice;
  private final ApprovalStage approvals;

  UnknownOutcomes(UnknownEffects choice, ApprovalStage approvals) {
    this.choice = choice;
    this.approvals = approvals;
  }

  /** What is to be done about a call that was announced. */
  sealed interface Settled {
    /** The call has its result. */
    record Known(ToolResult result, Optional<String> approval) implements Settled {}

    /**
     * The call had no effect yet and is to be run; under a new announcement when somebody has said
     * so, because their word serves only once.
     */
    record RunIt(Optional<String> approval) implements Settled {}

    /** Not decided: the run waits, or is to end. */
    record Held(Optional<RunEnd.Waiting> waiting) implements Settled {}
  }

  /**
   * Settles a call. What somebody has answered counts, whatever the choice is now.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E417} when such calls end the run
   */
  Settled settle(ReadyCall ready) {
    if (approvals.isAnswered(
        Question.DID_IT_HAPPEN, ready.context().callId(), ready.asRun(), WHY)) {
      return ask(ready);
    }
    return switch (choice) {
      case TELL_MODEL -> new Settled.Known(TOLD, Optional.empty());
      case FAIL -> throw notKnown(ready);
      case ASK -> ask(ready);
    };
  }

  private Settled ask(ReadyCall ready) {
    Word word = approvals.ask(Question.DID_IT_HAPPEN, ready.context().callId(), ready.asRun(), WHY);
    return switch (word) {
      case Word.Waiting waiting -> new Settled.Held(Optional.of(waiting.end()));
      case Word.Cancelled _ -> new Settled.Held(Optional.empty());
      case Word.Decided(String approval, ApprovalDecision decision) ->
          switch (decision) {
            case ApprovalDecision.Happened _ -> new Settled.Known(HAPPENED, Optional.of(approval));
            case ApprovalDecision.DidNotHappen _ -> new Settled.RunIt(Optional.of(approval));
            case ApprovalDecision.LeftUnknown _ -> new Settled.Known(TOLD, Optional.of(approval));
            case ApprovalDecision.Approved _,
                ApprovalDecision.Edited _,
                ApprovalDecision.Remembered _,
                ApprovalDecision.Denied _ ->
                throw new IllegalStateException("not asked: " + decision);
          };
    };
  }

  private static RuntimeException notKnown(ReadyCall ready) {
    return Problem.of(
            "E417",
            Problem.Category.RUN,
            "the process stopped while "
                + ready.call().name()
                + " was running, and it is not known whether it took effect")
        .from("effects.unknown = fail")
        .help(
            "look at the present state, then say what happened: stigmer resume "
                + ready.context().runId()
                + " --unknown ask",
            "or let the model find out: stigmer resume "
                + ready.context().runId()
                + " --unknown tell-model")
        .asException();
  }
}
