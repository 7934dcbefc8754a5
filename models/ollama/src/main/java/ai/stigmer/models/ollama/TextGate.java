package ai.stigmer.models.ollama;

/**
 * Holds text back while it may still turn out to be printed tool calls, and lets it stream from the
 * moment when it cannot.
 *
 * <p>States: holding → open, never back. Only the beginning of the text is looked at.
 */
final class TextGate {
  private static final int FENCE_INFO = 32;
  private static final String[] TAGS = {"<tool_call>", "<tools>", "<function="};

  private final StringBuilder text = new StringBuilder();
  private boolean open;
  private int shown;

  /** A gate that holds nothing back when no tool is offered. */
  TextGate(int offeredTools) {
    open = offeredTools == 0;
  }

  /** Takes more text and gives what may be shown now, often nothing. */
  String add(String more) {
    text.append(more);
    open = open || !mayBeCalls();
    return open ? rest() : "";
  }

  /** All text so far. */
  String text() {
    return text.toString();
  }

  /** Whether nothing has been shown, so the text may be read as calls. */
  boolean isHolding() {
    return !open;
  }

  /** What has not been shown yet; it counts as shown from now on. */
  String rest() {
    String rest = text.substring(shown);
    shown = text.length();
    return rest;
  }

  private boolean mayBeCalls() {
    int at = skipSpace(0);
    if (at < text.length() && text.charAt(at) == '`') {
      return mayBeFence(at);
    }
    return mayBeCall(at);
  }

  private boolean mayBeFence(int from) {
    int at = from;
    while (at < text.length() && at < from + 3) {
      if (text.charAt(at++) != '`') {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) != '\n') {
      if (at > from + FENCE_INFO) {
        return false;
      }
      at++;
    }
    return mayBeCall(skipSpace(at));
  }

  private boolean mayBeCall(int at) {
    if (at >= text.length()) {
      return true;
    }
    return switch (text.charAt(at)) {
      case '{', '[' -> true;
      case '<' -> mayBeTag(at);
      default -> false;
    };
  }

  private boolean mayBeTag(int at) {
    for (String tag : TAGS) {
      int length = Math.min(tag.length(), text.length() - at);
      if (tag.startsWith(text.substring(at, at + length))) {
        return true;
      }
    }
    return false;
  }

  private int skipSpace(int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }
}
