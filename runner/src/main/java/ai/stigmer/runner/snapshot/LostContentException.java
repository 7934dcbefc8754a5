package ai.stigmer.runner.snapshot;

import java.io.IOException;

/**
 * The store answers, and does not have a content, or has something else in its place. Who asks
 * again gets the same answer, until somebody mends the store.
 */
final class LostContentException extends IOException {
  private static final long serialVersionUID = 1L;

  LostContentException(String message) {
    super(message);
  }
}
