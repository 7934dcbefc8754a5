package ai.stigmer.testkit.openai;

import ai.stigmer.testkit.model.SummarisedHead;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the Responses API demands of a request without stored state.
 *
 * <p>Thread contract: thread-safe.
 */
final class ResponsesRules {
  private static final Set<String> PARAMETERS =
      Set.of(
          "model",
          "input",
          "instructions",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "reasoning",
          "store",
          "stream",
          "include",
          "max_output_tokens",
          "temperature",
          "text",
          "prompt_cache_key");
  private static final int LEAST_OUTPUT = 16;

  private final Map<String, JsonNode> issued = new HashMap<>();
  private final Map<String, String> reasoningOf = new HashMap<>();
  private final Map<String, List<ArrayNode>> heads = new HashMap<>();
  private int number;

  synchronized int nextNumber() {
    return ++number;
  }

  /** Remembers the items of an answer. */
  synchronized void issued(List<JsonNode> items) {
    String reasoning = "";
    for (JsonNode item : items) {
      String id = item.path("id").asText();
      issued.put(id, item);
      if (item.path("type").asText().equals("reasoning")) {
        reasoning = id;
      } else if (!reasoning.isEmpty()) {
        reasoningOf.put(id, reasoning);
        reasoning = "";
      }
    }
  }

  synchronized Optional<Errors.Refusal> refusal(JsonNode body) {
    for (var field : body.properties()) {
      if (!PARAMETERS.contains(field.getKey())) {
        return Optional.of(
            Errors.coded(
                400,
                field.getKey(),
                "unknown_parameter",
                "Unknown parameter: '" + field.getKey() + "'."));
      }
    }
    String model = body.path("model").asText();
    return settings(body, model)
        .or(() -> ModelRules.temperature(body, model))
        .or(
            () ->
                ModelRules.effort(body.path("reasoning").path("effort"), "reasoning.effort", model))
        .or(() -> ModelRules.format(body.at("/text/format"), "text.format"))
        .or(() -> items(body.path("input")))
        .or(() -> calls(body.path("input")));
  }

  private static Optional<Errors.Refusal> settings(JsonNode body, String model) {
    if (body.path("max_output_tokens").asInt(LEAST_OUTPUT) < LEAST_OUTPUT) {
      return Optional.of(
          Errors.coded(
              400,
              "max_output_tokens",
              "integer_below_min_value",
              "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16."));
    }
    if (body.has("include") && ModelRules.isOlder(model)) {
      return Optional.of(
          Errors.invalid("include", "Encrypted content is not supported with this model."));
    }
    for (JsonNode tool : body.path("tools")) {
      if (!tool.path("name").isTextual()) {
        return Optional.of(
            Errors.coded(
                400,
                "tools[0].name",
                "missing_required_parameter",
                "Missing required parameter: 'tools[0].name'."));
      }
    }
    return Optional.empty();
  }

  private Optional<Errors.Refusal> items(JsonNode input) {
    Set<String> seen = new HashSet<>();
    String before = "";
    for (JsonNode item : input) {
      String id = item.path("id").asText();
      if (!id.isEmpty() && !seen.add(id)) {
        return Optional.of(
            Errors.invalid(
                "input",
                "Duplicate item found with id "
                    + id
                    + ". Remove duplicate items from your input and try again."));
      }
      boolean isReasoning = item.path("type").asText().equals("reasoning");
      Optional<Errors.Refusal> wrong = isReasoning ? reasoning(item) : follower(item, before);
      if (wrong.isPresent()) {
        return wrong;
      }
      before = isReasoning ? id : "";
    }
    return before.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Errors.invalid(
                "input",
                "Item '"
                    + before
                    + "' of type 'reasoning' was provided without its required following item."));
  }

  private Optional<Errors.Refusal> reasoning(JsonNode item) {
    String id = item.path("id").asText();
    if (!item.path("encrypted_content").isTextual()) {
      return Optional.of(
          Errors.coded(
              404,
              "input",
              "not_found",
              "Item with id '"
                  + id
                  + "' not found. Items are not persisted when `store` is set to false."));
    }
    return item.equals(issued.get(id))
        ? Optional.empty()
        : Optional.of(
            Errors.coded(
                400,
                "",
                "invalid_encrypted_content",
                "The encrypted content for item " + id + " could not be verified."));
  }

  private Optional<Errors.Refusal> follower(JsonNode item, String before) {
    String id = item.path("id").asText();
    String needed = reasoningOf.getOrDefault(id, "");
    if (id.isEmpty() || needed.equals(before)) {
      return Optional.empty();
    }
    return Optional.of(
        Errors.invalid(
            "input",
            "Item '"
                + id
                + "' of type '"
                + item.path("type").asText()
                + "' was provided without its required 'reasoning' item: '"
                + needed
                + "'."));
  }

  private static Optional<Errors.Refusal> calls(JsonNode input) {
    Set<String> open = new HashSet<>();
    Set<String> called = new HashSet<>();
    for (JsonNode item : input) {
      String id = item.path("call_id").asText();
      switch (item.path("type").asText()) {
        case "function_call" -> {
          if (!ModelRules.isName(item.path("name").asText())) {
            return Optional.of(ModelRules.badName("input[].name"));
          }
          called.add(id);
          open.add(id);
        }
        case "function_call_output" -> {
          if (!called.contains(id)) {
            return Optional.of(
                Errors.invalid(
                    "input",
                    "No tool call found for function call output with call_id " + id + "."));
          }
          open.remove(id);
        }
        default -> {
          // Messages and reasoning call nothing.
        }
      }
    }
    return open.stream()
        .findFirst()
        .map(id -> Errors.invalid("input", "No tool output found for function call " + id + "."));
  }

  /**
   * Whether the input begins with that of an earlier request of the same conversation, or with a
   * summary of it.
   */
  synchronized boolean continues(JsonNode input) {
    ArrayNode items = (ArrayNode) input;
    List<ArrayNode> known =
        heads.computeIfAbsent(items.path(0).toString(), key -> new ArrayList<>());
    for (int i = known.size() - 1; i >= 0; i--) {
      if (startsWith(items, known.get(i))) {
        known.set(i, items);
        return true;
      }
    }
    known.add(items);
    return known.size() == 1 || items.size() == 1 || SummarisedHead.isIn(items);
  }

  private static boolean startsWith(ArrayNode items, ArrayNode prefix) {
    if (items.size() < prefix.size()) {
      return false;
    }
    for (int i = 0; i < prefix.size(); i++) {
      if (!items.get(i).equals(prefix.get(i))) {
        return false;
      }
    }
    return true;
  }
}
