package ai.stigmer.cli.chat;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Gives whole lines of UTF-8, without their ends; what is written of the next one waits for the
 * rest of it.
 *
 * <p>Thread contract: thread-safe.
 */
public final class LineStream extends OutputStream {
  private final Consumer<String> lines;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();

  public LineStream(Consumer<String> lines) {
    this.lines = requireNonNull(lines, "lines is null");
  }

  @Override
  public synchronized void write(int next) {
    if (next == '\n') {
      String line = unfinished.toString(StandardCharsets.UTF_8);
      unfinished.reset();
      lines.accept(line);
    } else {
      unfinished.write(next);
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      write(bytes[i]);
    }
  }
}
