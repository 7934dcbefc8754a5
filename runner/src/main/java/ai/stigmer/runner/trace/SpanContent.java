package ai.stigmer.runner.trace;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What was said, in the form and the length in which a span holds it. */
final class SpanContent {
  /** In characters; collectors refuse spans of many megabytes. */
  private static final int LONGEST = 16_384;

  private SpanContent() {}

  /** One message as the conventions' list of messages. */
  static String message(String role, String text) {
    ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", role);
    message.putArray("parts").addObject().put("type", "text").put("content", cut(text));
    return JsonNodeFactory.instance.arrayNode().add(message).toString();
  }

  /** The beginning of a long text, which says that it was cut. */
  static String cut(String text) {
    if (text.length() <= LONGEST) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.substring(0, end) + "… [" + (text.length() - end) + " more characters]";
  }
}
