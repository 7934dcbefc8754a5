package ai.stigmer.models.anthropic;

import com.anthropic.core.JsonField;
import com.anthropic.core.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** JSON as trees, and text that UTF-8 can hold. */
final class Json {
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** One value and nothing behind it; numbers keep every digit. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  /** The object that the text holds; empty when it holds none. */
  static Optional<ObjectNode> object(String text) {
    try {
      return MAPPER.readTree(text) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * The text as a field of the SDK's, whatever type the field has.
   *
   * @throws IllegalArgumentException when it is no JSON
   */
  static <T> JsonField<T> field(String text) {
    try {
      return field(MAPPER.readTree(wellFormed(text)));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  /** The SDK's values fit any field; its Kotlin says so in a way that Java does not see. */
  @SuppressWarnings("unchecked")
  static <T> JsonField<T> field(JsonNode node) {
    return (JsonField<T>) JsonValue.fromJsonNode(node);
  }

  /** The same text with a question mark for each half of a surrogate pair. */
  static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return repaired(text);
      }
    }
    return text;
  }

  private static String repaired(String text) {
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '?' : c)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }
}
