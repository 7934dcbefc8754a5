package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ToolResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * A page of a text: so many lines from an offset, numbered, long lines in pieces, and at most
 * {@value #MAX_CHARS} characters. The rest of the text is only counted, up to {@value #MAX_COUNTED}
 * characters, so memory stays small whatever the text is like.
 */
final class LinePage {
  /** Somewhat less than what a tool's result may have, so that the notice is never cut off. */
  static final int MAX_CHARS = 78_000;

  private static final int MAX_LINE = 5_000;
  private static final long MAX_COUNTED = 256L << 20;

  private final long offset;
  private final int limit;
  private final StringBuilder shown = new StringBuilder();
  private final StringBuilder piece = new StringBuilder();
  private long lines;
  private long end = -1;
  private int pieces;
  private boolean any;
  private boolean replaced;
  private boolean toldRest;
  private boolean counted = true;

  LinePage(int offset, int limit) {
    this.offset = offset;
    this.limit = limit;
  }

  /** Reads a text to its end, or as far as it is counted. */
  void read(InputStream in, CancelToken cancel) throws IOException {
    Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
    char[] chunk = new char[16_384];
    long seen = 0;
    for (int read = text.read(chunk); read >= 0; read = text.read(chunk)) {
      for (int i = 0; i < read; i++) {
        add(chunk[i]);
      }
      seen += read;
      if (cancel.isCancelled() || (isOver() && seen > MAX_COUNTED)) {
        counted = false;
        return;
      }
    }
    if (any) {
      endLine();
    }
  }

  ToolResult result(String name) {
    if (lines == 0) {
      return ToolResult.ok("System reminder: File exists but has empty contents");
    }
    if (offset >= lines && counted) {
      return ToolResult.error(
          "offset " + offset + " is past the end: \"" + name + "\" has " + count(lines));
    }
    long last = isOver() ? end : lines;
    StringBuilder text = new StringBuilder(shown);
    if (replaced) {
      text.append("[some bytes are not UTF-8 and are shown as \uFFFD]\n");
    }
    if (offset > 0 || last < lines || !counted) {
      text.append(notice(last));
    }
    return ToolResult.ok(text.toString());
  }

  private String notice(long last) {
    String total = counted ? lines + " total" : "more than " + lines;
    String from = "[Read " + count(last - offset) + " (lines " + (offset + 1) + "-" + last;
    if (last >= lines && counted) {
      return from + " of " + total + ").]\n";
    }
    String rest = counted ? count(lines - last) + " remaining" : "More lines remain";
    return from + " of " + total + "). " + rest + " from offset " + last + ".]\n";
  }

  private static String count(long lines) {
    return lines + (lines == 1 ? " line" : " lines");
  }

  private void add(char c) {
    if (c == '\n') {
      endLine();
      return;
    }
    any = true;
    if (isShown()) {
      replaced |= c == '\uFFFD';
      if (piece.length() == MAX_LINE && !Character.isLowSurrogate(c)) {
        endPiece();
      }
      piece.append(c);
    }
  }

  private void endLine() {
    if (isShown()) {
      if (!piece.isEmpty() && piece.charAt(piece.length() - 1) == '\r') {
        piece.setLength(piece.length() - 1);
      }
      endPiece();
      pieces = 0;
      toldRest = false;
    }
    lines++;
    any = false;
    if (!isOver() && (lines >= offset + limit || shown.length() >= MAX_CHARS)) {
      end = lines;
    }
  }

  private void endPiece() {
    if (shown.length() < MAX_CHARS) {
      shown.append(lines + 1);
      if (pieces > 0) {
        shown.append('.').append(pieces);
      }
      shown.append("  ").append(piece).append('\n');
    } else if (pieces > 0 && !toldRest) {
      toldRest = true;
      shown.append("[the rest of line ").append(lines + 1).append(" is left out]\n");
    }
    pieces++;
    piece.setLength(0);
  }

  private boolean isShown() {
    return lines >= offset && !isOver();
  }

  private boolean isOver() {
    return end >= 0;
  }
}
