package ai.stigmer.it.injection;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** JSON of a few words. */
final class Json {
  private Json() {}

  static String object(String... names) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < names.length; i += 2) {
      json.put(names[i], names[i + 1]);
    }
    return json.toString();
  }

  static String text(String text) {
    return TextNode.valueOf(text).toString();
  }

  /** The text as it stands between the quotes of a JSON string. */
  static String inside(String text) {
    String quoted = text(text);
    return quoted.substring(1, quoted.length() - 1);
  }
}
