package ai.stigmer.graphton.approval;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;

/**
 * Somebody who may be at hand to decide while a run waits.
 *
 * <p>Thread contract: asked on the run's thread, for one call at a time; it may block.
 */
public interface Approver {

  /** Nobody is at hand. */
  Approver NOBODY =
      new Approver() {
        @Override
        public Answer ask(ApprovalRequest request, CancelToken until) {
          return new Answer.Later();
        }

        @Override
        public String name() {
          return "nobody";
        }
      };

  /**
   * Asks.
   *
   * @param until withdraws the question: the run is to end, or somebody else has decided; then the
   *     answer is {@link Answer.Later}
   */
  Answer ask(ApprovalRequest request, CancelToken until);

  /** Who decides, as others are told. */
  String name();

  /** What came of asking. */
  sealed interface Answer {
    /** A decision that answers the question. */
    record Now(ApprovalDecision decision) implements Answer {
      public Now {
        requireNonNull(decision, "decision is null");
      }
    }

    /** Nobody here decides; somebody else may, at another time. */
    record Later() implements Answer {}
  }
}
