package ai.stigmer.graphton.approval;

import static java.util.Objects.requireNonNull;

/** What somebody decided about a call. */
public sealed interface ApprovalDecision {
  /** Its name in JSON, for example {@code did-not-happen}. */
  default String word() {
    return switch (this) {
      case Approved _ -> "approved";
      case Edited _ -> "edited";
      case Remembered _ -> "remembered";
      case Denied _ -> "denied";
      case Happened _ -> "happened";
      case DidNotHappen _ -> "did-not-happen";
      case LeftUnknown _ -> "left-unknown";
    };
  }

  /** The call may run, once, as it is. */
  record Approved() implements ApprovalDecision {}

  /**
   * The call may run, once, with other arguments.
   *
   * @param arguments a JSON object
   */
  record Edited(String arguments) implements ApprovalDecision {
    public Edited {
      requireNonNull(arguments, "arguments is null");
    }
  }

  /** The call may run, and so may every later one of the same tool and scope in this run. */
  record Remembered() implements ApprovalDecision {}

  /** The call must not run; the reason is told to the model. */
  record Denied(String reason) implements ApprovalDecision {
    public Denied {
      requireNonNull(reason, "reason is null");
    }
  }

  /** The call whose outcome was lost had taken effect. */
  record Happened() implements ApprovalDecision {}

  /** The call whose outcome was lost had not taken effect; it may run now, once. */
  record DidNotHappen() implements ApprovalDecision {}

  /** Nobody knows whether the call took effect; the model is told so. */
  record LeftUnknown() implements ApprovalDecision {}
}
