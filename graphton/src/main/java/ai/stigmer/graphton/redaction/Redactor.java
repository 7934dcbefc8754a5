package ai.stigmer.graphton.redaction;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/*
 * Every text that a run writes, shows or sends passes here, so most of the work is to see quickly that a text holds
 * nothing: only where two characters in a row begin some shape are the shapes looked at.
 */
/**
 * Takes known secrets out of texts: as they are, and as JSON, URLs, base64 (at each offset, broken
 * into lines) and hexadecimal write them. What a program does to a text beyond that, such as
 * turning it round, is not found.
 *
 * <p>Thread contract: immutable.
 */
public final class Redactor {
  /** What stands in the place of a secret. */
  public static final String MARK = "[redacted]";

  /** Shorter values are words that stand in any text. */
  public static final int SHORTEST = 8;

  /** Takes nothing out. */
  public static final Redactor NONE = new Redactor(List.of());

  /** What stands where a text was cut, also as the bytes of UTF-8. */
  private static final List<String> CUTS = List.of("…", "\u00e2\u0080\u00a6");

  private static final int LETTERS = 128;

  /** A line of this length that has no spaces is a secret by itself, as one of a private key is. */
  private static final int SHORTEST_LINE = 32;

  private final List<String> secrets;
  private final List<List<Shape>> byFirst = new ArrayList<>();
  private final BitSet pairs = new BitSet(LETTERS * LETTERS);

  private Redactor(List<String> secrets) {
    this.secrets = secrets;
    for (int i = 0; i < LETTERS; i++) {
      byFirst.add(new ArrayList<>());
    }
    secrets.stream().flatMap(secret -> Shape.of(secret).stream()).forEach(this::add);
  }

  /** Takes these out; those of less than {@value #SHORTEST} characters are left. */
  public static Redactor of(Collection<String> secrets) {
    List<String> found =
        secrets.stream()
            .flatMap(secret -> withLines(secret.strip()).stream())
            .filter(secret -> secret.length() >= SHORTEST)
            .distinct()
            .toList();
    return found.isEmpty() ? NONE : new Redactor(found);
  }

  private static List<String> withLines(String secret) {
    var all = new ArrayList<String>();
    all.add(secret);
    if (secret.indexOf('\n') >= 0) {
      secret
          .lines()
          .map(String::strip)
          .filter(line -> line.length() >= SHORTEST_LINE && line.indexOf(' ') < 0)
          .forEach(all::add);
    }
    return all;
  }

  private void add(Shape shape) {
    for (char first : List.of(shape.one().charAt(0), shape.other().charAt(0))) {
      List<Shape> same = byFirst.get(letter(first));
      if (!same.contains(shape)) {
        same.add(shape);
      }
      String next = shape.separators() + shape.one().charAt(1) + shape.other().charAt(1);
      next.chars().forEach(second -> pairs.set(letter(first) * LETTERS + letter((char) second)));
    }
  }

  private static int letter(char c) {
    return c % LETTERS;
  }

  /** Whether there is nothing to take out. */
  public boolean isIdle() {
    return secrets.isEmpty();
  }

  /** One that also takes out what another one does. */
  public Redactor and(Redactor other) {
    var both = new ArrayList<>(secrets);
    both.addAll(other.secrets);
    return of(both);
  }

  /** The text without them; the same object when there is none in it. JSON stays JSON. */
  public String text(String text) {
    String hidden = replaced(text);
    return hidden.equals(text) ? text : JsonText.kept(text, hidden, this::replaced);
  }

  /**
   * A record without them, whatever it is made of: texts, records, lists, maps and optionals of
   * them. The same object when there is none in it.
   */
  public <T> T record(T record) {
    return isIdle() ? record : Records.mapped(record, this::text);
  }

  /** How many of them a text holds. */
  public int found(String text) {
    return marks(text(text)) - marks(text);
  }

  /** How often a text holds {@value #MARK}. */
  public static int marks(String text) {
    int count = 0;
    for (int at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + 1)) {
      count++;
    }
    return count;
  }

  /** Whether a file's content holds one of them as it is. */
  public boolean isIn(byte[] content) {
    // One character for each byte, so that a file of any character set can be looked through.
    String bytes = new String(content, StandardCharsets.ISO_8859_1);
    return secrets.stream().map(Redactor::bytes).anyMatch(bytes::contains);
  }

  /** The same for texts of which each character is a byte of UTF-8. */
  public Redactor ofBytes() {
    return and(new Redactor(secrets.stream().map(Redactor::bytes).toList()));
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Takes them out of a text that comes in pieces. */
  public Pieces pieces() {
    return new Pieces(this);
  }

  private String replaced(String text) {
    if (isIdle()) {
      return text;
    }
    StringBuilder hidden = new StringBuilder();
    int kept = 0;
    int at = 0;
    while ((at = next(text, at)) < text.length()) {
      int end = end(text, at);
      if (end > at) {
        hidden.append(text, kept, at).append(MARK);
        kept = end;
      }
      at = Math.max(end, at + 1);
    }
    return kept == 0 ? text : hidden.append(text, kept, text.length()).toString();
  }

  /** The next place where one may begin; the text's length when there is none. */
  int next(String text, int from) {
    int last = text.length() - 1;
    for (int i = from; i < last; i++) {
      if (pairs.get(letter(text.charAt(i)) * LETTERS + letter(text.charAt(i + 1)))) {
        return i;
      }
    }
    boolean mayBegin =
        last >= from && last >= 0 && !byFirst.get(letter(text.charAt(last))).isEmpty();
    return mayBegin ? last : text.length();
  }

  /** Where the longest of them ends that begins at this place; negative when none does. */
  int end(String text, int at) {
    int end = Shape.NO;
    for (Shape shape : beginning(text, at)) {
      end = Math.max(end, shape.end(text, at));
    }
    return end > at ? end : Math.max(end, cut(text, at));
  }

  /** Where the beginning of one ends that was cut off behind it; negative when none does. */
  private int cut(String text, int at) {
    int end = Shape.NO;
    for (String secret : secrets) {
      int length = 0;
      while (length < secret.length()
          && at + length < text.length()
          && secret.charAt(length) == text.charAt(at + length)) {
        length++;
      }
      if (length >= SHORTEST && isCut(text, at + length)) {
        end = Math.max(end, at + length);
      }
    }
    return end;
  }

  private static boolean isCut(String text, int at) {
    return CUTS.stream().anyMatch(cut -> text.startsWith(cut, at));
  }

  /** Whether one begins at this place that may end behind the text. */
  boolean mayGoOn(String text, int at) {
    return beginning(text, at).stream().anyMatch(shape -> shape.end(text, at) == Shape.OPEN);
  }

  private List<Shape> beginning(String text, int at) {
    return byFirst.get(letter(text.charAt(at)));
  }
}
