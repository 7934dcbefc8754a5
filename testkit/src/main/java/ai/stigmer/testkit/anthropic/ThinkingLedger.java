package ai.stigmer.testkit.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Remembers the thinking that the server signed, and checks what comes back: a signature, the text
 * it was given for, and, where the model binds thinking, what stood before it.
 *
 * <p>Thread contract: thread-safe.
 */
final class ThinkingLedger {

  /** Thinking that was signed. */
  private record Signed(String model, String text, String prefix) {}

  /** What is found in a request: an error, or what the server does to its messages. */
  record Verdict(Optional<ApiError> error, ArrayNode transformations) {}

  private final Map<String, Signed> signed = new HashMap<>();
  private final Map<String, List<String>> beforeCalls = new HashMap<>();
  private final AtomicInteger next = new AtomicInteger();

  /** The prefix to which an answer to this request is bound. */
  static String prefix(JsonNode body, int messages) {
    StringBuilder prefix = new StringBuilder(body.path("system").toString());
    prefix.append(body.path("tools"));
    for (int i = 0; i < messages; i++) {
      prefix.append(body.path("messages").get(i));
    }
    return prefix.toString();
  }

  synchronized String sign(String model, String text, String prefix) {
    String signature = "c2lnbmVk" + Integer.toHexString(next.incrementAndGet());
    // What UTF-8 cannot carry does not reach the client, so it cannot come back.
    String sent = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    signed.put(signature, new Signed(model, sent, prefix));
    return signature;
  }

  /** Notes which thinking preceded the calls of an answer. */
  synchronized void noteCalls(Answer answer, List<String> signatures) {
    for (Answer.Part part : answer.parts()) {
      if (part instanceof Answer.Part.ToolUse(String id, String name, List<String> pieces)) {
        beforeCalls.put(id, List.copyOf(signatures));
      }
    }
  }

  synchronized Verdict check(JsonNode body, boolean binds) {
    String model = body.path("model").asText();
    ArrayNode dropped = JsonNodeFactory.instance.arrayNode();
    String mismatch =
        body.path("thinking").path("block_binding").path("prefix_mismatch_behavior").asText("");
    JsonNode messages = body.path("messages");
    int latest = latestAssistant(messages);
    for (int i = 0; i < messages.size(); i++) {
      JsonNode content = messages.get(i).path("content");
      for (int j = 0; j < content.size(); j++) {
        if (!content.get(j).path("type").asText().equals("thinking")) {
          continue;
        }
        Optional<String> wrong = wrong(content.get(j), model);
        if (wrong.isPresent()) {
          return refuse("messages.%d.content.%d%s".formatted(i, j, wrong.get()));
        }
        if (binds && isMoved(content.get(j), body, i)) {
          if (!mismatch.equals("drop_block")) {
            return refuse(
                "messages.%d.content.%d: The block is bound to a different conversation"
                    .formatted(i, j));
          }
          dropped.addObject().put("type", "block_dropped").put("message_index", i);
        }
      }
      if (i == latest && !keepsThinking(content, model)) {
        return refuse(
            "messages.%d.content.0.type: Expected `thinking` or `redacted_thinking`, but found `%s`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks)."
                .formatted(i, content.path(0).path("type").asText()));
      }
    }
    return new Verdict(Optional.empty(), dropped);
  }

  private static int latestAssistant(JsonNode messages) {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).path("role").asText().equals("assistant")) {
        return i;
      }
    }
    return -1;
  }

  private Optional<String> wrong(JsonNode block, String model) {
    if (!block.path("signature").isTextual()) {
      return Optional.of(".thinking.signature: Field required");
    }
    Signed known = signed.get(block.path("signature").asText());
    if (known == null
        || (known.model().equals(model) && !known.text().equals(block.path("thinking").asText()))) {
      return Optional.of(": Invalid `signature` in `thinking` block");
    }
    return Optional.empty();
  }

  private boolean isMoved(JsonNode block, JsonNode body, int messages) {
    Signed known = signed.get(block.path("signature").asText());
    return known != null && !known.prefix().equals(prefix(body, messages));
  }

  /** In the latest turn all thinking that preceded a call of the same model must still be there. */
  private boolean keepsThinking(JsonNode content, String model) {
    List<String> present = new ArrayList<>();
    for (JsonNode block : content) {
      if (block.path("type").asText().equals("thinking")) {
        present.add(block.path("signature").asText());
      }
      List<String> before = beforeCalls.getOrDefault(block.path("id").asText(), List.of());
      for (String signature : before) {
        Signed known = signed.get(signature);
        if (known != null && known.model().equals(model) && !present.contains(signature)) {
          return false;
        }
      }
    }
    return true;
  }

  private static Verdict refuse(String message) {
    return new Verdict(
        Optional.of(ApiError.invalid(message)), JsonNodeFactory.instance.arrayNode());
  }
}
