package ai.stigmer.graphton.tool.builtin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads a command's output and keeps its first and last 50,000 bytes, however much there is; shows
 * of them at most 78,000 characters, so that a tool result can hold it whole. Escape sequences and
 * control characters but tab and line feed are left out, so that nothing can steer a terminal or
 * hide.
 *
 * <p>Thread contract: runs on a thread of its own; {@link #text} may be called from any.
 */
final class CommandOutput implements Runnable {
  static final int HALF = 50_000;
  static final int SHOWN_HALF = 39_000;

  private final InputStream in;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final byte[] tail = new byte[HALF];
  private long beyondHead;

  CommandOutput(InputStream in) {
    this.in = in;
  }

  @Override
  public void run() {
    byte[] chunk = new byte[8_192];
    try {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        keep(chunk, read);
      }
    } catch (IOException e) {
      // The pipe is closed when the command is killed.
    }
  }

  private synchronized void keep(byte[] chunk, int length) {
    int first = Math.min(length, HALF - head.size());
    head.write(chunk, 0, first);
    for (int i = first; i < length; i++) {
      tail[(int) (beyondHead % HALF)] = chunk[i];
      beyondHead++;
    }
  }

  synchronized String text() {
    int kept = (int) Math.min(beyondHead, HALF);
    byte[] end = new byte[kept];
    for (int i = 0; i < kept; i++) {
      end[i] = tail[(int) ((beyondHead - kept + i) % HALF)];
    }
    long cut = beyondHead - kept;
    if (cut == 0) {
      var all = new ByteArrayOutputStream(head.size() + kept);
      all.writeBytes(head.toByteArray());
      all.writeBytes(end);
      return whole(all.toString(StandardCharsets.UTF_8));
    }
    return halves(
        head.toString(StandardCharsets.UTF_8), cut, new String(end, StandardCharsets.UTF_8));
  }

  private static String whole(String text) {
    if (text.length() <= 2 * SHOWN_HALF) {
      return clean(text).stripTrailing();
    }
    int middle = text.length() / 2;
    return halves(text.substring(0, middle), 0, text.substring(middle));
  }

  /**
   * The beginning of the first text and the end of the last, and how many bytes that leaves out.
   */
  private static String halves(String first, long between, String last) {
    String start = first.substring(0, Math.min(first.length(), SHOWN_HALF));
    String end = last.substring(Math.max(0, last.length() - SHOWN_HALF));
    long cut = between + bytes(first) - bytes(start) + bytes(last) - bytes(end);
    return clean(start + "\n[… " + cut + " bytes left out …]\n" + end).stripTrailing();
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String clean(String text) {
    return text.replaceAll("\u001b\\[[0-9;?]*[ -/]*[@-~]", "")
        .replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
  }
}
