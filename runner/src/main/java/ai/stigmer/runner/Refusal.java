package ai.stigmer.runner;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.cancel.CancelToken;

/** Says no where nobody can be asked, so that the agent goes on without the call. */
final class Refusal implements Approver {
  static final Approver APPROVER = new Refusal();

  private Refusal() {}

  @Override
  public Answer ask(ApprovalRequest request, CancelToken until) {
    return new Answer.Now(
        switch (request.question()) {
          case MAY_IT_RUN ->
              new ApprovalDecision.Denied(
                  "this needs the user's approval and nobody can be asked; go on without "
                      + request.call().name());
          case DID_IT_HAPPEN -> new ApprovalDecision.LeftUnknown();
        });
  }

  @Override
  public String name() {
    return "nobody";
  }
}
