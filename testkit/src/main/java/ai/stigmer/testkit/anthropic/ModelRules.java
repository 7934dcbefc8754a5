package ai.stigmer.testkit.anthropic;

import ai.stigmer.testkit.model.SchemaRules;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one model refuses among a request's parameters. */
final class ModelRules {
  private static final Pattern ID =
      Pattern.compile("claude-([a-z]+)-(\\d{1,2})(?:-(\\d{1,2}))?(?:-\\d{8})?");
  private static final Set<String> EFFORTS = Set.of("low", "medium", "high", "xhigh", "max");

  private final String family;
  private final int version;

  private ModelRules(String family, int version) {
    this.family = family;
    this.version = version;
  }

  static ModelRules of(String model) {
    Matcher id = ID.matcher(model);
    if (!id.matches()) {
      return new ModelRules("", 0);
    }
    int minor = id.group(3) == null ? 0 : Integer.parseInt(id.group(3));
    return new ModelRules(id.group(1), Integer.parseInt(id.group(2)) * 10 + minor);
  }

  /** Whether thinking is bound to what stands before it. */
  boolean bindsThinking() {
    return family.equals("fable") ? version >= 51 : version >= 55 && !family.equals("haiku");
  }

  Optional<ApiError> check(JsonNode body, boolean bindingHeader) {
    for (String field : List.of("temperature", "top_p", "top_k")) {
      if (body.has(field)) {
        return refuse(field + ": Extra inputs are not permitted");
      }
    }
    JsonNode thinking = body.path("thinking");
    String type = thinking.path("type").asText("");
    if (!takesThinking(type)) {
      return refuse("thinking.type: `" + type + "` is not supported by this model");
    }
    if (thinking.has("block_binding") && (!bindingHeader || version < 51)) {
      return refuse("thinking.block_binding: Extra inputs are not permitted");
    }
    if (type.equals("enabled")
        && thinking.path("budget_tokens").asLong() >= body.path("max_tokens").asLong()) {
      return refuse("`max_tokens` must be greater than `thinking.budget_tokens`");
    }
    String effort = body.path("output_config").path("effort").asText("");
    if (!effort.isEmpty() && (!hasEffort() || !EFFORTS.contains(effort))) {
      return refuse("This model does not support the effort parameter.");
    }
    Optional<ApiError> format = format(body.path("output_config").path("format"));
    if (format.isPresent()) {
      return format;
    }
    return toolChoice(body.path("tool_choice").path("type").asText(""), type);
  }

  private Optional<ApiError> format(JsonNode format) {
    if (format.isMissingNode()) {
      return Optional.empty();
    }
    if (version < 45 || !format.path("type").asText().equals("json_schema")) {
      return refuse("output_config.format: Extra inputs are not permitted");
    }
    return SchemaRules.fault(format.path("schema"), false)
        .flatMap(fault -> refuse("output_config.format.schema: " + fault));
  }

  private Optional<ApiError> toolChoice(String choice, String thinking) {
    boolean forced = choice.equals("any") || choice.equals("tool");
    if (forced && bindsThinking()) {
      return refuse("tool_choice: `" + choice + "` is not supported by this model");
    }
    if (forced && !thinking.isEmpty() && !thinking.equals("disabled")) {
      return refuse("Thinking may not be enabled when tool_choice forces tool use.");
    }
    return Optional.empty();
  }

  private boolean takesThinking(String type) {
    return switch (type) {
      case "" -> true;
      case "adaptive" -> version >= 46;
      case "between_tools" -> family.equals("sonnet") && version == 55;
      case "enabled" -> version <= 46;
      case "disabled" -> !family.equals("fable") && !(family.equals("opus") && version == 55);
      default -> false;
    };
  }

  private boolean hasEffort() {
    return switch (family) {
      case "opus" -> version >= 45;
      case "haiku" -> version >= 55;
      default -> version >= 46;
    };
  }

  private static Optional<ApiError> refuse(String message) {
    return Optional.of(ApiError.invalid(message));
  }
}
