package ai.stigmer.models.anthropic;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream; behind them it ends. */
final class HeadStream extends FilterInputStream {
  private long left;

  HeadStream(InputStream source, long most) {
    super(source);
    left = most;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = super.read(into, offset, (int) Math.min(length, left));
    left -= Math.max(0, count);
    return count;
  }
}
