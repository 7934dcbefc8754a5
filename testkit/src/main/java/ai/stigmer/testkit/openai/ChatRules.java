package ai.stigmer.testkit.openai;

import ai.stigmer.testkit.model.SummarisedHead;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Chat Completions demands of a request.
 *
 * <p>Thread contract: thread-safe.
 */
final class ChatRules {
  private final Map<String, List<List<JsonNode>>> heads = new HashMap<>();
  private int number;

  synchronized int nextNumber() {
    return ++number;
  }

  Optional<Errors.Refusal> refusal(JsonNode body) {
    String model = body.path("model").asText();
    if (body.has("input") || body.has("instructions")) {
      return Optional.of(
          Errors.coded(400, "input", "unknown_parameter", "Unknown parameter: 'input'."));
    }
    if (body.has("max_tokens") && ModelRules.reasons(model)) {
      return Optional.of(
          Errors.coded(
              400,
              "max_tokens",
              "unsupported_parameter",
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
                  + " 'max_completion_tokens' instead."));
    }
    return ModelRules.temperature(body, model)
        .or(() -> ModelRules.effort(body.path("reasoning_effort"), "reasoning_effort", model))
        .or(() -> ModelRules.toolsInChat(body, model))
        .or(() -> ModelRules.format(body.at("/response_format/json_schema"), "response_format"))
        .or(() -> answers(body.path("messages")));
  }

  private static Optional<Errors.Refusal> answers(JsonNode messages) {
    List<String> open = new ArrayList<>();
    boolean within = false;
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      String id = message.path("tool_call_id").asText();
      if (message.path("role").asText().equals("tool")) {
        if (!within || !open.remove(id)) {
          return Optional.of(
              Errors.invalid(
                  "messages.[" + i + "].role",
                  "Invalid parameter: messages with role 'tool' must be a response to a"
                      + " preceeding message with 'tool_calls'."));
        }
        continue;
      }
      if (!open.isEmpty()) {
        return Optional.of(unanswered(i, open));
      }
      for (JsonNode call : message.path("tool_calls")) {
        if (!ModelRules.isName(call.at("/function/name").asText("ls"))) {
          return Optional.of(ModelRules.badName("messages[].tool_calls[].function.name"));
        }
        open.add(call.path("id").asText());
      }
      within = !open.isEmpty();
    }
    return open.isEmpty() ? Optional.empty() : Optional.of(unanswered(messages.size(), open));
  }

  private static Errors.Refusal unanswered(int at, List<String> open) {
    return Errors.invalid(
        "messages.[" + at + "].role",
        "An assistant message with 'tool_calls' must be followed by tool messages responding to"
            + " each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            + String.join(", ", open));
  }

  /**
   * Whether the messages begin with those of an earlier request of the same conversation, or with a
   * summary of them.
   */
  synchronized boolean continues(JsonNode array) {
    List<JsonNode> messages = new ArrayList<>();
    array.forEach(messages::add);
    List<List<JsonNode>> known =
        heads.computeIfAbsent(firstUserText(messages), key -> new ArrayList<>());
    for (int i = known.size() - 1; i >= 0; i--) {
      int length = known.get(i).size();
      if (messages.size() >= length && messages.subList(0, length).equals(known.get(i))) {
        known.set(i, messages);
        return true;
      }
    }
    boolean begun =
        messages.stream().anyMatch(message -> message.path("role").asText().equals("assistant"));
    known.add(messages);
    return known.size() == 1 || !begun || SummarisedHead.isIn(messages);
  }

  private static String firstUserText(List<JsonNode> messages) {
    return messages.stream()
        .filter(message -> message.path("role").asText().equals("user"))
        .findFirst()
        .map(message -> message.path("content").asText())
        .orElse("");
  }
}
