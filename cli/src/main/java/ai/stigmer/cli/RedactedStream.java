package ai.stigmer.cli;

import ai.stigmer.graphton.redaction.Pieces;
import ai.stigmer.graphton.redaction.Redactor;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Lets nothing out that nobody may see, whichever command writes it. What is written between two
 * flushes is looked at as one text.
 *
 * <p>Thread contract: as the stream that it wraps.
 */
final class RedactedStream extends FilterOutputStream {
  private final Pieces pieces;

  private RedactedStream(OutputStream out, Redactor redactor) {
    super(out);
    this.pieces = redactor.ofBytes().pieces();
  }

  /** The stream itself where there is nothing to hide. */
  static OutputStream around(OutputStream out, Redactor redactor) {
    return redactor.isIdle() ? out : new RedactedStream(out, redactor);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    // One character for each byte, so that what is cut within a character stays whole.
    send(pieces.add(new String(bytes, offset, length, StandardCharsets.ISO_8859_1)));
  }

  @Override
  public void flush() throws IOException {
    send(pieces.end());
    out.flush();
  }

  private void send(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.write(bytes, 0, bytes.length);
  }
}
