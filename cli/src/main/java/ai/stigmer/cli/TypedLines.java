package ai.stigmer.cli;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * A read of the terminal cannot be taken back. When a question is withdrawn, its read stays; the next question takes
 * that over, unless a line has come in between: it was typed for another question, and must not answer this one.
 */
/**
 * Lines that somebody types, each read only when it is asked for.
 *
 * <p>Thread contract: one question at a time.
 */
final class TypedLines {
  private final InputStream in;
  private @Nullable CompletableFuture<String> unanswered;

  TypedLines(InputStream in) {
    this.in = in;
  }

  /** Begins to read, before the question is shown; what was typed for an earlier one is dropped. */
  void ready() {
    if (unanswered == null || hasLine()) {
      var line = new CompletableFuture<String>();
      unanswered = line;
      Thread.ofPlatform().daemon().name("answer").start(() -> line.complete(read()));
    }
  }

  /**
   * The line that {@link #ready} began to read, with its line feed; without one at the end of the
   * input. Empty when the question was withdrawn first.
   */
  Optional<String> next(CancelToken until) {
    CompletableFuture<String> line = unanswered;
    if (line == null) {
      throw new IllegalStateException("no question was made ready");
    }
    var first = line.thenApply(Optional::of);
    try (CancelToken.Registration _ = until.onCancel(() -> first.complete(Optional.empty()))) {
      Optional<String> answer = first.join();
      if (answer.isPresent()) {
        unanswered = null;
      }
      return answer;
    }
  }

  /** Whether a line has come that answered no question. */
  boolean hasLine() {
    return unanswered != null && unanswered.isDone();
  }

  private String read() {
    StringBuilder line = new StringBuilder();
    try {
      for (int next = in.read(); next >= 0; next = in.read()) {
        line.append((char) next);
        if (next == '\n') {
          break;
        }
      }
    } catch (IOException e) {
      return "";
    }
    return line.toString();
  }
}
