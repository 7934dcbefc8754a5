package ai.stigmer.graphton.tool.builtin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Reads a command's output and keeps its first and last 4 MiB, however much there is. Escape
 * sequences and control characters but tab and line feed are left out, so that nothing can steer a
 * terminal or hide.
 *
 * <p>Thread contract: runs on a thread of its own; {@link #text} may be called from any.
 */
final class CommandOutput implements Runnable {
  static final int HALF = 4 << 20;

  private static final int MARK = 64;
  private static final Pattern ESCAPES = Pattern.compile("\u001b\\[[0-9;?]*[ -/]*[@-~]");
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}&&[^\n\t]]");

  private final InputStream in;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private byte[] tail = {};
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
    if (first < length && tail.length == 0) {
      tail = new byte[HALF];
    }
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
    var all = new ByteArrayOutputStream(head.size() + kept + MARK);
    all.writeBytes(head.toByteArray());
    if (cut > 0) {
      all.writeBytes(("\n[… " + cut + " bytes left out …]\n").getBytes(StandardCharsets.UTF_8));
    }
    all.writeBytes(end);
    return clean(all.toString(StandardCharsets.UTF_8)).stripTrailing();
  }

  private static String clean(String text) {
    return CONTROLS.matcher(ESCAPES.matcher(text).replaceAll("")).replaceAll("");
  }
}
