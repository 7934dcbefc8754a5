package ai.stigmer.cli.session;

import java.util.ArrayList;
import java.util.Locale;

/** A text as an expression of Java source, in ASCII. */
final class JavaText {
  /** A constant of a class file has at most 65,535 bytes, and a character up to three. */
  private static final int MOST = 20_000;

  private JavaText() {}

  static String of(String text) {
    if (text.length() <= MOST) {
      return literal(text);
    }
    var parts = new ArrayList<String>();
    for (int i = 0; i < text.length(); i += MOST) {
      parts.add(literal(text.substring(i, Math.min(text.length(), i + MOST))));
    }
    // Constants that are added are one constant again.
    return "String.join(\"\", " + String.join(", ", parts) + ")";
  }

  private static String literal(String text) {
    var literal = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> literal.append("\\\"");
        case '\\' -> literal.append("\\\\");
        case '\n' -> literal.append("\\n");
        case '\r' -> literal.append("\\r");
        case '\t' -> literal.append("\\t");
        default -> {
          if (c >= ' ' && c <= '~') {
            literal.append(c);
          } else {
            literal.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          }
        }
      }
    }
    return literal.append('"').toString();
  }
}
