package ai.stigmer.models.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonField;
import com.openai.core.JsonValue;

/** JSON in the place of the SDK's types, which know only what was known when they were made. */
final class Verbatim {
  private Verbatim() {}

  /** The SDK's type for raw JSON stands for a field of every type; Java cannot see that. */
  @SuppressWarnings("unchecked")
  static <T> JsonField<T> of(JsonNode node) {
    return (JsonField<T>) (JsonField<?>) JsonValue.fromJsonNode(node);
  }
}
