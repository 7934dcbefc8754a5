package ai.stigmer.models.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * What a server says of its failure. The vendor puts an object under {@code error}; compatible
 * servers put a text there, or {@code message} or {@code detail} at the top, or send no JSON at
 * all.
 *
 * @param code a stable code or a number; empty where there is none
 * @param param the parameter that is refused; empty where none is named
 * @param message the server's words; empty where it has none
 */
record ErrorBody(String code, String param, String message) {

  static ErrorBody of(byte[] body) {
    try {
      JsonNode root = Json.MAPPER.readTree(body);
      if (root.isObject()) {
        return of(root);
      }
    } catch (JsonProcessingException e) {
      // Some servers and everything in front of them answer in plain words.
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException("reading from memory cannot fail", e);
    }
    return new ErrorBody("", "", new String(body, StandardCharsets.UTF_8));
  }

  /** Reads an object that holds the error, or is it. */
  static ErrorBody of(JsonNode root) {
    JsonNode error = root.path("error");
    if (error.isTextual()) {
      return new ErrorBody("", "", error.textValue());
    }
    JsonNode from = error.isObject() ? error : root;
    JsonNode words = from.has("message") ? from.path("message") : from.path("detail");
    return new ErrorBody(
        from.path("code").isNull() ? "" : from.path("code").asText(""),
        Json.text(from, "param"),
        words.isContainerNode() ? words.toString() : words.asText(""));
  }

  /** All of it in small letters, to look for words. */
  String words() {
    return (code + " " + param + " " + message).toLowerCase(java.util.Locale.ROOT);
  }
}
