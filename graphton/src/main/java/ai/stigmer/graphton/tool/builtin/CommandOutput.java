package ai.stigmer.graphton.tool.builtin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads a command's output and keeps its first and last 50,000 bytes, however much there is. Escape
 * sequences and control characters but tab and line feed are left out, so that nothing can steer a
 * terminal or hide.
 *
 * <p>Thread contract: runs on a thread of its own; {@link #text} may be called from any.
 */
final class CommandOutput implements Runnable {
  static final int HALF = 50_000;

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
    String start = head.toString(StandardCharsets.UTF_8);
    if (beyondHead == 0) {
      return clean(start).stripTrailing();
    }
    int kept = (int) Math.min(beyondHead, HALF);
    byte[] end = new byte[kept];
    for (int i = 0; i < kept; i++) {
      end[i] = tail[(int) ((beyondHead - kept + i) % HALF)];
    }
    long cut = beyondHead - kept;
    String note = cut == 0 ? "" : "\n[… " + cut + " bytes left out …]\n";
    return clean(start + note + new String(end, StandardCharsets.UTF_8)).stripTrailing();
  }

  private static String clean(String text) {
    return text.replaceAll("\u001b\\[[0-9;?]*[ -/]*[@-~]", "")
        .replaceAll("[\\p{Cntrl}&&[^\n\t]]", "");
  }
}
