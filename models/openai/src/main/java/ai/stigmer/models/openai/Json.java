package ai.stigmer.models.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** JSON as trees; nothing is bound to classes. */
final class Json {
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /**
   * What is kept of an answer is nested deeper when it is sent back; Jackson writes 1,000 levels.
   */
  private static final int DEEPEST = 500;

  /** Reads what a server sends: one value and nothing behind it. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(EventReader.MAX_EVENT)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final long MOST_TOKENS = 1_000_000_000_000L;

  private Json() {}

  /** Whether the text is a JSON object. */
  static boolean isObject(String text) {
    try {
      return MAPPER.readTree(text).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** The text as a tree. */
  static JsonNode tree(String text) {
    try {
      return MAPPER.readTree(whole(text));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  /**
   * The text with a question mark for every half of a surrogate pair, which UTF-8 cannot carry and
   * the vendor's SDK refuses to write.
   */
  static String whole(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return mended(text);
      }
    }
    return text;
  }

  private static String mended(String text) {
    StringBuilder mended = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point ->
                mended.appendCodePoint(
                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                        ? '?'
                        : point));
    return mended.toString();
  }

  /** A text field, or the empty text where there is none. */
  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isTextual() ? value.textValue() : "";
  }

  /** A count, at least 0; what no server can have counted is 0 too. */
  static long count(JsonNode node, String field) {
    JsonNode value = node.path(field);
    long count = value.canConvertToLong() ? value.asLong(0) : 0;
    return count < 0 || count > MOST_TOKENS ? 0 : count;
  }
}
