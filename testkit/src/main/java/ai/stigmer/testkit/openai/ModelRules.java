package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which parameters the vendor's models refuse, as of autumn 2026. */
final class ModelRules {
  private static final Pattern REASONS = Pattern.compile("(o\\d|gpt-[56]|codex).*");
  private static final Pattern NO_TOOLS_IN_CHAT = Pattern.compile("gpt-(5\\.6|6).*");
  private static final Pattern KNOWS_MAX = Pattern.compile("gpt-(5\\.6|6).*");

  private ModelRules() {}

  static boolean reasons(String model) {
    return REASONS.matcher(model).matches();
  }

  static Optional<Errors.Refusal> temperature(JsonNode body, String model) {
    if (!reasons(model) || !body.has("temperature")) {
      return Optional.empty();
    }
    return Optional.of(
        Errors.coded(
            400,
            "temperature",
            "unsupported_parameter",
            "Unsupported parameter: 'temperature' is not supported with this model."));
  }

  static Optional<Errors.Refusal> effort(JsonNode effort, String param, String model) {
    if (effort.isMissingNode()) {
      return Optional.empty();
    }
    List<String> known =
        !reasons(model)
            ? List.of()
            : KNOWS_MAX.matcher(model).matches()
                ? List.of("none", "low", "medium", "high", "xhigh", "max")
                : List.of("none", "low", "medium", "high");
    if (known.contains(effort.asText())) {
      return Optional.empty();
    }
    return Optional.of(
        Errors.coded(
            400,
            param,
            known.isEmpty() ? "unsupported_parameter" : "unsupported_value",
            known.isEmpty()
                ? "Unsupported parameter: '" + param + "' is not supported with this model."
                : "Unsupported value: '"
                    + effort.asText()
                    + "' is not supported with the '"
                    + model
                    + "' model. Supported values are: "
                    + known
                    + "."));
  }

  static Optional<Errors.Refusal> toolsInChat(JsonNode body, String model) {
    if (!NO_TOOLS_IN_CHAT.matcher(model).matches()
        || body.path("tools").isEmpty()
        || body.path("reasoning_effort").asText().equals("none")) {
      return Optional.empty();
    }
    return Optional.of(
        Errors.invalid(
            "reasoning_effort",
            "Function tools with reasoning_effort are not supported for "
                + model
                + " in /v1/chat/completions. Please use /v1/responses instead."));
  }
}
