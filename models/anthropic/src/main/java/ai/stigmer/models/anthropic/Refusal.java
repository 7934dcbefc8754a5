package ai.stigmer.models.anthropic;

import com.anthropic.core.JsonValue;
import com.anthropic.errors.AnthropicServiceException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.Optional;

/**
 * The API's own words about why it gives no answer.
 *
 * @param status the HTTP status; 200 for an error within a stream
 * @param type the error's type, for example {@code overloaded_error}; may be empty
 * @param text what is wrong; may be any text
 * @param errorCode a finer code, where there is one
 * @param requestId the request's id, where there is one
 * @param hints what was said about another try
 */
record Refusal(
    int status,
    String type,
    String text,
    Optional<String> errorCode,
    Optional<String> requestId,
    RetryHints hints) {

  static Refusal of(AnthropicServiceException refused) {
    JsonNode body = tree(refused.body());
    return of(
        refused.statusCode(),
        body,
        refused.requestId().or(() -> text(body.path("request_id"))),
        RetryHints.of(refused.headers(), Clock.systemUTC()));
  }

  /** An {@code error} event of a stream. */
  static Refusal ofEvent(JsonNode event, Optional<String> requestId) {
    return of(200, event, text(event.path("request_id")).or(() -> requestId), RetryHints.NONE);
  }

  private static Refusal of(
      int status, JsonNode body, Optional<String> requestId, RetryHints hints) {
    JsonNode error = body.path("error");
    String words =
        text(error.path("message")).or(() -> text(error)).or(() -> text(body)).orElse("");
    return new Refusal(
        status,
        error.path("type").asText(""),
        words,
        text(error.path("details").path("error_code")),
        requestId,
        hints);
  }

  private static JsonNode tree(JsonValue body) {
    JsonNode tree = body.isMissing() ? null : body.convert(JsonNode.class);
    return tree == null ? Json.NODES.missingNode() : tree;
  }

  private static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
  }

  /** The status that this refusal has, or would have had before the stream began. */
  int effectiveStatus() {
    if (status != 200) {
      return type.equals("overloaded_error") ? 529 : status;
    }
    return switch (type) {
      case "invalid_request_error" -> 400;
      case "authentication_error" -> 401;
      case "billing_error" -> 402;
      case "permission_error" -> 403;
      case "not_found_error" -> 404;
      case "request_too_large" -> 413;
      case "rate_limit_error" -> 429;
      case "timeout_error" -> 504;
      case "overloaded_error" -> 529;
      default -> 500;
    };
  }
}
