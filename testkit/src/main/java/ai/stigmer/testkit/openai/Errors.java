package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Refusals in the form and the words of the real APIs. */
final class Errors {
  static final String INVALID = "invalid_request_error";

  private Errors() {}

  static String body(String message, String type, Optional<String> param, Optional<String> code) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode error = root.putObject("error");
    error.put("message", message);
    error.put("type", type);
    error.put("param", param.orElse(null));
    error.put("code", code.orElse(null));
    return root.toString();
  }

  static Refusal invalid(String param, String message) {
    return new Refusal(
        400,
        body(message, INVALID, Optional.of(param).filter(p -> !p.isEmpty()), Optional.empty()));
  }

  static Refusal coded(int status, String param, String code, String message) {
    return new Refusal(
        status,
        body(message, INVALID, Optional.of(param).filter(p -> !p.isEmpty()), Optional.of(code)));
  }

  static Refusal wrongKey(String sent) {
    return sent.isEmpty()
        ? new Refusal(
            401,
            body(
                "You didn't provide an API key. You need to provide your API key in an"
                    + " Authorization header using Bearer auth.",
                INVALID,
                Optional.empty(),
                Optional.empty()))
        : coded(401, "", "invalid_api_key", "Incorrect API key provided: " + sent + ".");
  }

  static Refusal noSuchModel(String model) {
    return coded(
        404,
        "",
        "model_not_found",
        "The model `" + model + "` does not exist or you do not have access to it.");
  }

  /** What a server says instead of answering. */
  record Refusal(int status, String body) {}
}
