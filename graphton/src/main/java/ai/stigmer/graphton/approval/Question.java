package ai.stigmer.graphton.approval;

/** What is asked about a call. */
public enum Question {
  /** May it run? */
  MAY_IT_RUN,
  /** The process stopped during the call: did it take effect? */
  DID_IT_HAPPEN;

  /** Whether the decision answers this question. */
  public boolean permits(ApprovalDecision decision) {
    return switch (decision) {
      case ApprovalDecision.Approved _,
          ApprovalDecision.Edited _,
          ApprovalDecision.Remembered _,
          ApprovalDecision.Denied _ ->
          this == MAY_IT_RUN;
      case ApprovalDecision.Happened _,
          ApprovalDecision.DidNotHappen _,
          ApprovalDecision.LeftUnknown _ ->
          this == DID_IT_HAPPEN;
    };
  }
}
