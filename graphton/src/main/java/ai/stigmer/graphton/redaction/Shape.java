package ai.stigmer.graphton.redaction;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One way in which a secret may be written down: characters in a row, each of which may be one of
 * two, with up to two separators between them.
 *
 * @param one the characters
 * @param other for each the one that may stand in its place, else the same
 * @param separators what may stand between two of them
 */
record Shape(String one, String other, String separators) {

  /** The text does not go on like this. */
  static final int NO = -1;

  /** The text ends before it could be told. */
  static final int OPEN = -2;

  private static final int MOST_SEPARATORS = 2;

  /** What the standard, forms of web pages, and scripts leave unescaped in a part of an address. */
  private static final List<String> UNESCAPED = List.of("-_.~", "-_.*", "-_.!~*'()");

  private static final String LINE_BREAKS = " \t\r\n";
  private static final String BETWEEN_BYTES = LINE_BREAKS + "%:,\\x";

  /** Everything that a secret is looked for as. */
  static List<Shape> of(String secret) {
    var shapes = new ArrayList<Shape>();
    Set<String> texts = new LinkedHashSet<>();
    texts.add(secret);
    texts.add(json(secret));
    texts.add(json(json(secret)));
    texts.add(json(secret).replace("/", "\\/"));
    texts.forEach(text -> shapes.add(new Shape(text, text, "")));
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    UNESCAPED.stream()
        .flatMap(safe -> Stream.of(url(bytes, safe), url(bytes, safe + " ")))
        .filter(texts::add)
        .forEach(url -> shapes.add(new Shape(url, smallEscapes(url), "")));
    String hex = HexFormat.of().formatHex(bytes);
    shapes.add(new Shape(hex, hex.toUpperCase(Locale.ROOT), BETWEEN_BYTES));
    for (int before = 0; before < 3; before++) {
      shapes.add(base64(bytes, before));
    }
    return shapes;
  }

  /** Without the characters at either end that hold bits of what stands there. */
  private static Shape base64(byte[] bytes, int before) {
    var shifted = new byte[before + bytes.length];
    System.arraycopy(bytes, 0, shifted, before, bytes.length);
    String whole = Base64.getEncoder().encodeToString(shifted);
    String own = whole.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
    return new Shape(own, own.replace('+', '-').replace('/', '_'), LINE_BREAKS);
  }

  private static String json(String text) {
    var escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> escaped.append('\\').append(c);
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /**
   * As a part of an address.
   *
   * @param safe what stays as it is besides letters and digits; a space among it is a plus sign
   */
  private static String url(byte[] bytes, String safe) {
    var escaped = new StringBuilder();
    for (byte b : bytes) {
      char c = (char) (b & 0xFF);
      if (c < 0x80 && (Character.isLetterOrDigit(c) || safe.indexOf(c) >= 0)) {
        escaped.append(c == ' ' ? '+' : c);
      } else {
        escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return escaped.toString();
  }

  private static String smallEscapes(String url) {
    var small = new StringBuilder(url);
    for (int i = url.indexOf('%'); i >= 0; i = url.indexOf('%', i + 1)) {
      small.replace(i + 1, i + 3, url.substring(i + 1, i + 3).toLowerCase(Locale.ROOT));
    }
    return small.toString();
  }

  /**
   * Where this shape ends that begins at a place of a text; {@link #NO} or {@link #OPEN} when it
   * does not, or not yet.
   */
  int end(String text, int from) {
    int at = from;
    for (int i = 0; i < one.length(); i++) {
      int skipped = 0;
      while (at < text.length() && !fits(i, text.charAt(at))) {
        if (i == 0
            || skipped == MOST_SEPARATORS
            || separators.isEmpty()
            || separators.indexOf(text.charAt(at)) < 0) {
          return NO;
        }
        skipped++;
        at++;
      }
      if (at == text.length()) {
        return OPEN;
      }
      at++;
    }
    return at;
  }

  private boolean fits(int index, char c) {
    return c == one.charAt(index) || c == other.charAt(index);
  }
}
