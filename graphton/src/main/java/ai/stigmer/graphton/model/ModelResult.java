package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ModelTurn;

/** How a call of a model ended: exactly one of these. */
public sealed interface ModelResult {

  /** The answer is complete. */
  record Turn(ModelTurn turn) implements ModelResult {
    public Turn {
      requireNonNull(turn, "turn is null");
    }
  }

  /** There is no answer; what had arrived is discarded. */
  record Failed(ModelFailure failure) implements ModelResult {
    public Failed {
      requireNonNull(failure, "failure is null");
    }
  }

  /** The caller's token was cancelled. */
  record Cancelled() implements ModelResult {}
}
