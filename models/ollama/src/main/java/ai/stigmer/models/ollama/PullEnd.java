package ai.stigmer.models.ollama;

import ai.stigmer.graphton.model.ModelFailure;

/** How the pulling of a model ended. */
public sealed interface PullEnd {

  /** The model is installed. */
  record Installed() implements PullEnd {}

  /** It is not; what has arrived is kept, and the next pull goes on there. */
  record Failed(ModelFailure failure) implements PullEnd {}

  /** The caller's token was cancelled; what has arrived is kept. */
  record Cancelled() implements PullEnd {}
}
