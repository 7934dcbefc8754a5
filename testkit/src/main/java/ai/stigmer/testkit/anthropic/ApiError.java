package ai.stigmer.testkit.anthropic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A refusal in the API's own form.
 *
 * @param status the HTTP status
 * @param type for example {@code invalid_request_error}
 * @param message what is wrong, in the API's words
 */
public record ApiError(int status, String type, String message) {

  static ApiError invalid(String message) {
    return new ApiError(400, "invalid_request_error", message);
  }

  /** The error's type that the API uses with a status. */
  public static ApiError of(int status, String message) {
    String type =
        switch (status) {
          case 401 -> "authentication_error";
          case 402 -> "billing_error";
          case 403 -> "permission_error";
          case 404 -> "not_found_error";
          case 409 -> "conflict_error";
          case 413 -> "request_too_large";
          case 429 -> "rate_limit_error";
          case 504 -> "timeout_error";
          case 529 -> "overloaded_error";
          default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    return new ApiError(status, type, message);
  }

  /** The body of a response, or the data of an {@code error} event. */
  public String json() {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
    body.putObject("error").put("type", type).put("message", message);
    body.put("request_id", FakeAnthropic.REQUEST_ID);
    return body.toString();
  }
}
