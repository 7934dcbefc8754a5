package ai.stigmer.models.ollama;

import java.util.List;

/**
 * Holds text back while it may still turn out to be printed tool calls, and lets it stream from the
 * moment when it cannot.
 *
 * <p>States: holding → open, never back. Only the beginning of the text is looked at: fences and
 * tags that may stand before a call, and the first character of the call. What {@link TextCalls}
 * recognises is always held.
 */
final class TextGate {
  private static final String FENCE = "```";
  private static final String FUNCTION = "<function=";
  private static final List<String> TAGS =
      List.of("<tool_call>", "</tool_call>", "<tools>", "</tools>");

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
    int at = 0;
    for (int next = skipToken(at); next > at; next = skipToken(at)) {
      at = next;
    }
    if (at == text.length()) {
      return true;
    }
    char first = text.charAt(at);
    return first == '{' || first == '[' || mayBegin(at);
  }

  /** Behind the white space, fence or tag at {@code at}; {@code at} itself when there is none. */
  private int skipToken(int at) {
    int end = at;
    while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    if (startsWith(FENCE, end)) {
      end += FENCE.length();
      while (end < text.length() && isInfo(text.charAt(end))) {
        end++;
      }
      return end;
    }
    for (String tag : TAGS) {
      if (startsWith(tag, end)) {
        return end + tag.length();
      }
    }
    return end;
  }

  private static boolean isInfo(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private boolean startsWith(String token, int at) {
    return text.length() - at >= token.length()
        && token.contentEquals(text.subSequence(at, at + token.length()));
  }

  /** Whether what stands at {@code at} is a function tag or the beginning of any token. */
  private boolean mayBegin(int at) {
    String rest = text.substring(at, Math.min(text.length(), at + FUNCTION.length() + 2));
    return rest.startsWith(FUNCTION)
        || FUNCTION.startsWith(rest)
        || FENCE.startsWith(rest)
        || TAGS.stream().anyMatch(tag -> tag.startsWith(rest));
  }
}
