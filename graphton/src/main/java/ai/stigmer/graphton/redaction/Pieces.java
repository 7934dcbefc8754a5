package ai.stigmer.graphton.redaction;

/**
 * Takes secrets out of a text that comes in pieces. What may be the beginning of one is held back
 * until it is clear that it is none.
 *
 * <p>Not thread-safe.
 */
public final class Pieces {
  private final Redactor redactor;
  private String held = "";

  Pieces(Redactor redactor) {
    this.redactor = redactor;
  }

  /** What may be shown once this piece has come; may be empty. */
  public String add(String piece) {
    if (redactor.isIdle()) {
      return piece;
    }
    String text = held + piece;
    int open = open(text);
    held = text.substring(open);
    return redactor.text(text.substring(0, open));
  }

  /** What was held back, when nothing more comes. */
  public String end() {
    String rest = redactor.text(held);
    held = "";
    return rest;
  }

  /** Where a secret may begin that is not whole yet; the text's length when nowhere. */
  private int open(String text) {
    int at = 0;
    while ((at = redactor.next(text, at)) < text.length()) {
      if (redactor.mayGoOn(text, at)) {
        return at;
      }
      at = Math.max(redactor.end(text, at), at + 1);
    }
    return text.length();
  }
}
