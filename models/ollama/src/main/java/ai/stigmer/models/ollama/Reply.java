package ai.stigmer.models.ollama;

import ai.stigmer.graphton.model.ModelFailure;

/** What came of asking the server something: a value or a failure. */
public sealed interface Reply<T> {

  /** The server answered. */
  record Ok<T>(T value) implements Reply<T> {}

  /** It did not, or not usably. */
  record Failed<T>(ModelFailure failure) implements Reply<T> {}
}
