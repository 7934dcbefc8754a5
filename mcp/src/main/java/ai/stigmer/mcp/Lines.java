package ai.stigmer.mcp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads lines of a bounded length; of a longer one only that it was there. */
final class Lines {
  /**
   * One line without its end.
   *
   * @param text empty when it was too long to be kept
   */
  record Line(String text, boolean tooLong) {}

  private final InputStream in;
  private final int longest;

  /**
   * @param longest in bytes
   */
  Lines(InputStream in, int longest) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.longest = longest;
  }

  /** The next line; null at the end of the input. */
  @Nullable Line next() throws IOException {
    var line = new ByteArrayOutputStream(256);
    boolean tooLong = false;
    int read = in.read();
    if (read < 0) {
      return null;
    }
    for (; read >= 0 && read != '\n'; read = in.read()) {
      tooLong |= line.size() >= longest;
      if (!tooLong) {
        line.write(read);
      }
    }
    return tooLong ? new Line("", true) : new Line(line.toString(StandardCharsets.UTF_8), false);
  }
}
