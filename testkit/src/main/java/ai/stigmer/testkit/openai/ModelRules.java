package ai.stigmer.testkit.openai;

import ai.stigmer.testkit.model.SchemaRules;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which parameters the vendor's models refuse, as of autumn 2026. */
final class ModelRules {
  private static final Pattern OLDER = Pattern.compile("(gpt-3|gpt-4|gpt-5-chat|chatgpt).*");
  private static final Pattern REASONS = Pattern.compile("(o\\d|gpt-[56]|codex).*");
  private static final Pattern NO_TOOLS_IN_CHAT = Pattern.compile("gpt-(5\\.6|6).*");

  /** What the efforts of a family are; the first that fits counts. */
  private record Family(Pattern name, List<String> efforts) {
    Family(String name, String efforts) {
      this(Pattern.compile(name), List.of(efforts.split(" ", -1)));
    }
  }

  private static final List<Family> FAMILIES =
      List.of(
          new Family("o\\d.*", "low medium high"),
          new Family("gpt-5-pro.*", "high"),
          new Family("gpt-5(-mini|-nano)?(-2025.*)?", "minimal low medium high"),
          new Family("gpt-5\\.1-codex-max", "low medium high xhigh"),
          new Family("gpt-5(\\.1)?-codex.*", "low medium high"),
          new Family("gpt-5\\.1", "none low medium high"),
          new Family("gpt-5\\.[2-5]-pro", "medium high xhigh"),
          new Family("gpt-5\\.[2-5].*", "none low medium high xhigh"),
          new Family("gpt-6-astra", "low medium high xhigh max"),
          new Family("gpt-(5\\.6|6).*", "none low medium high xhigh max"));

  private ModelRules() {}

  static boolean reasons(String model) {
    return REASONS.matcher(model).matches() && !isOlder(model);
  }

  /** Whether it is one of the vendor's models that do not reason. */
  static boolean isOlder(String model) {
    return OLDER.matcher(model).matches();
  }

  static boolean isName(String name) {
    return name.isEmpty() || name.matches("[a-zA-Z0-9_-]{1,64}");
  }

  static Errors.Refusal badName(String param) {
    return Errors.coded(
        400,
        param,
        "invalid_value",
        "Invalid '"
            + param
            + "': string does not match pattern. Expected a string that matches the pattern"
            + " '^[a-zA-Z0-9_-]+$'.");
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
        FAMILIES.stream()
            .filter(family -> family.name().matcher(model).matches())
            .findFirst()
            .map(Family::efforts)
            .orElse(isOlder(model) ? List.of() : List.of(effort.asText()));
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

  /** A format that holds the answer to a schema, as {@code type}, {@code name}, {@code schema}. */
  static Optional<Errors.Refusal> format(JsonNode format, String param) {
    if (format.isMissingNode()) {
      return Optional.empty();
    }
    if (!isName(format.path("name").asText(" "))) {
      return Optional.of(badName(param + ".name"));
    }
    return SchemaRules.fault(format.path("schema"), format.path("strict").asBoolean())
        .map(
            fault ->
                Errors.coded(
                    400,
                    param + ".schema",
                    "invalid_json_schema",
                    "Invalid schema for response_format 'answer': In context=(), " + fault + "."));
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
