package ai.stigmer.cli;

import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver.Answer;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.runner.PresentPlan;
import java.util.Locale;
import java.util.Optional;

/** Shows a plan, and asks whether it is to be carried out and how. */
final class PlanQuestion {
  private final Surroundings surroundings;
  private final Asker asker;

  PlanQuestion(Surroundings surroundings, Asker asker) {
    this.surroundings = surroundings;
    this.asker = asker;
  }

  Answer ask(ApprovalRequest request, CancelToken until) {
    show(request);
    while (!until.isCancelled()) {
      Optional<String> key =
          asker.line(
              "carry it out? [y]es  yes, and [a]sk about each change  [N]o  [r]eason for no",
              until);
      if (key.isEmpty()) {
        return new Answer.Later();
      }
      Optional<ApprovalDecision> decision =
          switch (key.get().toLowerCase(Locale.ROOT)) {
            case "y", "yes" -> Optional.of(PresentPlan.approving(request.call(), Mode.ALLOW_EDITS));
            case "a", "ask" -> Optional.of(PresentPlan.approving(request.call(), Mode.ASK));
            case "r", "reason" -> asker.line("why not?", until).map(ApprovalDecision.Denied::new);
            default ->
                Optional.of(new ApprovalDecision.Denied("the user wants another plan; go on"));
          };
      if (decision.isPresent()) {
        return new Answer.Now(decision.get());
      }
    }
    return new Answer.Later();
  }

  void show(ApprovalRequest request) {
    surroundings.err().println("the agent's plan:  (" + request.id() + ")");
    surroundings.err().println(Visible.answer(PresentPlan.plan(request.call())).indent(2));
    surroundings.err().flush();
  }
}
