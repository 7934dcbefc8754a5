package ai.stigmer.testkit.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The rules of a conversation's form; the first that is broken is the API's answer. */
final class MessageRules {
  private static final int MOST_BREAKPOINTS = 4;

  private final List<JsonNode> messages = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private List<String> open = List.of();

  private MessageRules(JsonNode body) {
    body.path("messages").forEach(messages::add);
  }

  /**
   * Checks a request.
   *
   * @param paused the texts of answers that the server broke off; only these may come last
   */
  static Optional<ApiError> check(JsonNode body, Set<String> paused) {
    if (!body.path("max_tokens").isIntegralNumber()) {
      return refuse("max_tokens: Field required");
    }
    long breakpoints = body.findValues("cache_control").size();
    if (breakpoints > MOST_BREAKPOINTS) {
      return refuse(
          "A maximum of 4 blocks with cache_control may be provided. Found " + breakpoints + ".");
    }
    return new MessageRules(body).checkMessages(paused);
  }

  private Optional<ApiError> checkMessages(Set<String> paused) {
    if (messages.isEmpty()) {
      return refuse("messages: at least one message is required");
    }
    for (int i = 0; i < messages.size(); i++) {
      Optional<ApiError> wrong = check(i);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    if (!open.isEmpty()) {
      return unanswered(messages.size() - 1);
    }
    boolean prefill = messages.getLast().path("role").asText().equals("assistant");
    return prefill && !paused.contains(text(messages.getLast().path("content")))
        ? refuse(
            "This model does not support assistant message prefill. The conversation must end with"
                + " a user message.")
        : Optional.empty();
  }

  private static String text(JsonNode content) {
    StringBuilder text = new StringBuilder();
    content.forEach(block -> text.append(block.path("text").asText("")));
    return text.toString();
  }

  private Optional<ApiError> check(int index) {
    JsonNode message = messages.get(index);
    String place = "messages." + index;
    JsonNode content = message.path("content");
    if (content.isEmpty() && content.asText("").isEmpty()) {
      return refuse(
          place
              + ": all messages must have non-empty content except for the optional final"
              + " assistant message");
    }
    if (message.path("role").asText().equals("assistant")) {
      return open.isEmpty() ? assistant(place, content) : unanswered(index - 1);
    }
    return user(index, content);
  }

  private Optional<ApiError> assistant(String place, JsonNode content) {
    List<String> calls = new ArrayList<>();
    for (int i = 0; i < content.size(); i++) {
      JsonNode block = content.get(i);
      String at = place + ".content." + i;
      switch (block.path("type").asText()) {
        case "text" -> {
          if (block.path("text").asText().isEmpty()) {
            return refuse("messages: text content blocks must be non-empty");
          }
        }
        case "tool_use" -> {
          Optional<ApiError> wrong = toolUse(at, block);
          if (wrong.isPresent()) {
            return wrong;
          }
          calls.add(block.path("id").asText());
        }
        case "document" -> {
          return refuse(at + ".type: `document` is not allowed in assistant messages");
        }
        default -> {
          // Other blocks have no rule of form.
        }
      }
    }
    open = calls;
    return Optional.empty();
  }

  private Optional<ApiError> toolUse(String at, JsonNode block) {
    String id = block.path("id").asText();
    if (!id.matches("[a-zA-Z0-9_-]+")) {
      return refuse(at + ".tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
    }
    if (!block.path("name").asText().matches("[a-zA-Z0-9_-]{1,200}")) {
      return refuse(at + ".tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,200}$'");
    }
    if (!block.path("input").isObject()) {
      return refuse(at + ".tool_use.input: Input should be a valid dictionary");
    }
    return ids.add(id)
        ? Optional.empty()
        : refuse(at.substring(0, at.indexOf(".content")) + ": `tool_use` ids must be unique");
  }

  private Optional<ApiError> user(int index, JsonNode content) {
    List<String> left = new ArrayList<>(open);
    boolean textSeen = !content.isArray();
    for (int i = 0; i < content.size(); i++) {
      JsonNode block = content.get(i);
      if (!block.path("type").asText().equals("tool_result")) {
        textSeen = true;
        continue;
      }
      String id = block.path("tool_use_id").asText();
      if (!left.remove(id)) {
        return refuse(
            "messages.%d.content.%d: unexpected `tool_use_id` found in `tool_result` blocks: %s. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
                .formatted(index, i, id));
      }
      if (textSeen) {
        return refuse(
            "messages.%d.content.%d: `tool_result` blocks must come first".formatted(index, i));
      }
    }
    boolean unanswered = !left.isEmpty();
    open = unanswered ? left : List.of();
    return unanswered ? unanswered(index - 1) : Optional.empty();
  }

  private Optional<ApiError> unanswered(int index) {
    return refuse(
        "messages.%d: `tool_use` ids were found without `tool_result` blocks immediately after: %s. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
            .formatted(index, String.join(", ", open)));
  }

  private static Optional<ApiError> refuse(String message) {
    return Optional.of(ApiError.invalid(message));
  }
}
