package ai.stigmer.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Remembers why something could not be written; a print stream only knows that it was not. A reader
 * that has gone, as {@code head} does, is no failure.
 *
 * <p>Thread contract: as the stream that it wraps.
 */
final class WatchedStream extends FilterOutputStream {
  private static final String GONE = "Broken pipe";

  private Optional<String> failure = Optional.empty();

  WatchedStream(OutputStream out) {
    super(out);
  }

  Optional<String> failure() {
    return failure;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      if (failure.isEmpty() && !GONE.equals(e.getMessage())) {
        failure = Optional.of(String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }
}
