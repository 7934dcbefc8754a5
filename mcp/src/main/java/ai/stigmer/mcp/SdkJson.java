package ai.stigmer.mcp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import java.io.IOException;

/** The SDK's JSON through the Jackson that is here anyway. */
final class SdkJson implements McpJsonMapper {
  static final SdkJson INSTANCE = new SdkJson();

  /** With sorted keys, so that the same answer is always the same text. */
  static final ObjectMapper SORTED =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private SdkJson() {}

  @Override
  public <T> T readValue(String content, Class<T> type) throws IOException {
    return JSON.readValue(content, type);
  }

  @Override
  public <T> T readValue(byte[] content, Class<T> type) throws IOException {
    return JSON.readValue(content, type);
  }

  @Override
  public <T> T readValue(String content, TypeRef<T> type) throws IOException {
    return JSON.readValue(content, reference(type));
  }

  @Override
  public <T> T readValue(byte[] content, TypeRef<T> type) throws IOException {
    return JSON.readValue(content, reference(type));
  }

  @Override
  public <T> T convertValue(Object value, Class<T> type) {
    return JSON.convertValue(value, type);
  }

  @Override
  public <T> T convertValue(Object value, TypeRef<T> type) {
    return JSON.convertValue(value, reference(type));
  }

  @Override
  public String writeValueAsString(Object value) throws IOException {
    return JSON.writeValueAsString(value);
  }

  @Override
  public byte[] writeValueAsBytes(Object value) throws IOException {
    return JSON.writeValueAsBytes(value);
  }

  private static <T> TypeReference<T> reference(TypeRef<T> type) {
    return new TypeReference<>() {
      @Override
      public java.lang.reflect.Type getType() {
        return type.getType();
      }
    };
  }
}
