package ai.stigmer.models.ollama;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON as trees; nothing is bound to classes. */
final class Json {
  static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Reads what a server sends: one value and nothing behind it. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Reads what a model prints: line breaks within strings are forgiven. */
  static final ObjectMapper LENIENT =
      JsonMapper.builder(
              JsonFactory.builder().enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS).build())
          .build();

  private Json() {}

  /** The object that arguments stand for: themselves, the object a string holds, or nothing. */
  static ObjectNode objectOrEmpty(JsonNode arguments) {
    return switch (arguments) {
      case ObjectNode object -> object;
      default -> arguments.isTextual() ? objectOrEmpty(arguments.textValue()) : NODES.objectNode();
    };
  }

  /** The object that the text holds, or an empty one when it holds none. */
  static ObjectNode objectOrEmpty(String text) {
    try {
      return MAPPER.readTree(text) instanceof ObjectNode object ? object : NODES.objectNode();
    } catch (JsonProcessingException e) {
      return NODES.objectNode();
    }
  }
}
