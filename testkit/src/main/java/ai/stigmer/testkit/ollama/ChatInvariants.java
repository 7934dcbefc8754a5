package ai.stigmer.testkit.ollama;

import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.model.SummarisedHead;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules that every chat request must keep, checked against the requests before it.
 *
 * <p>A conversation is known by its first user message; the latest request of each one is kept, and
 * the next must begin with all of its messages. Thread contract: thread-safe.
 */
final class ChatInvariants {
  private final Map<String, List<List<JsonNode>>> heads = new HashMap<>();
  private final Map<String, JsonNode> windows = new HashMap<>();
  private final Set<String> answeredTools = new HashSet<>();
  private final List<String> violations = new ArrayList<>();

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized void report(String violation) {
    violations.add(violation);
  }

  /** A scenario may call a tool that is not offered, and the history must then show it. */
  synchronized void answered(String tool) {
    answeredTools.add(tool);
  }

  synchronized void check(RecordedRequest request) {
    JsonNode body = request.body();
    checkSettings(request);
    List<JsonNode> messages = new ArrayList<>();
    body.path("messages").forEach(messages::add);
    checkCallsAnswered(messages);
    checkOffered(body, messages);
    checkPrefix(messages);
  }

  private void checkSettings(RecordedRequest request) {
    JsonNode body = request.body();
    if (request.headers().containsKey("upgrade")) {
      violations.add("the request asks for an upgrade of HTTP/1.1");
    }
    expect(
        body.path("stream").isBoolean() && body.path("stream").asBoolean(), "stream is not true");
    expect(isFalse(body.path("truncate")), "truncate is not false");
    expect(isFalse(body.path("shift")), "shift is not false");
    JsonNode window = body.path("options").path("num_ctx");
    if (!window.isIntegralNumber() || window.asLong() < 1) {
      violations.add("options.num_ctx is missing");
      return;
    }
    JsonNode earlier = windows.putIfAbsent(body.path("model").asText(), window);
    expect(
        earlier == null || earlier.equals(window),
        "options.num_ctx changed from " + earlier + " to " + window);
  }

  private static boolean isFalse(JsonNode node) {
    return node.isBoolean() && !node.asBoolean();
  }

  private void expect(boolean holds, String violation) {
    if (!holds) {
      violations.add(violation);
    }
  }

  private void checkCallsAnswered(List<JsonNode> messages) {
    List<JsonNode> open = new ArrayList<>();
    for (JsonNode message : messages) {
      if (message.path("role").asText().equals("tool")) {
        if (!open.removeIf(new FirstMatch(message)::test)) {
          violations.add("a tool message answers no open call: " + message);
        }
      } else {
        open.forEach(call -> violations.add("a tool call is not answered: " + call));
        open.clear();
        message.path("tool_calls").forEach(open::add);
      }
    }
    open.forEach(call -> violations.add("a tool call is not answered: " + call));
  }

  /** Matches the first call that a tool message answers, and no further one. */
  private static final class FirstMatch {
    private final JsonNode answer;
    private boolean found;

    FirstMatch(JsonNode answer) {
      this.answer = answer;
    }

    boolean test(JsonNode call) {
      boolean sameId =
          !call.has("id")
              || !answer.has("tool_call_id")
              || call.path("id").equals(answer.path("tool_call_id"));
      boolean matches =
          !found && sameId && call.path("function").path("name").equals(answer.path("tool_name"));
      found |= matches;
      return matches;
    }
  }

  private void checkOffered(JsonNode body, List<JsonNode> messages) {
    Set<String> offered = new HashSet<>(answeredTools);
    body.path("tools").forEach(tool -> offered.add(tool.path("function").path("name").asText()));
    for (JsonNode message : messages) {
      for (JsonNode call : message.path("tool_calls")) {
        String name = call.path("function").path("name").asText();
        expect(offered.contains(name), "the history calls a tool that is not offered: " + name);
      }
    }
  }

  private void checkPrefix(List<JsonNode> messages) {
    List<List<JsonNode>> known =
        heads.computeIfAbsent(firstUserText(messages), key -> new ArrayList<>());
    for (int i = known.size() - 1; i >= 0; i--) {
      if (startsWith(messages, known.get(i))) {
        known.set(i, messages);
        return;
      }
    }
    boolean begun =
        messages.stream().anyMatch(message -> message.path("role").asText().equals("assistant"));
    expect(
        !begun || known.isEmpty() || SummarisedHead.isIn(messages),
        "the messages do not begin with those of the previous request");
    known.add(messages);
  }

  private static String firstUserText(List<JsonNode> messages) {
    return messages.stream()
        .filter(message -> message.path("role").asText().equals("user"))
        .findFirst()
        .map(message -> message.path("content").asText())
        .orElse("");
  }

  private static boolean startsWith(List<JsonNode> messages, List<JsonNode> prefix) {
    return messages.size() >= prefix.size() && messages.subList(0, prefix.size()).equals(prefix);
  }
}
