package ai.stigmer.testkit.ollama;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The lines that Ollama streams for an answer, each with its line feed. */
final class ChatStream {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ChatStream() {}

  static List<byte[]> lines(String model, Answer answer) {
    List<byte[]> lines = new ArrayList<>();
    for (Answer.Part part : answer.parts()) {
      lines.add(
          switch (part) {
            case Answer.Part.Text(String text) -> line(model, message("content", text), false);
            case Answer.Part.Thinking(String text) -> line(model, message("thinking", text), false);
            case Answer.Part.Calls(List<Answer.Call> calls) -> line(model, calling(calls), false);
            case Answer.Part.Raw(String raw) -> bytes(raw);
          });
    }
    lines.add(
        answer
            .error()
            .map(text -> bytes(NODES.objectNode().put("error", text).toString()))
            .orElseGet(() -> last(model, answer)));
    return lines;
  }

  private static byte[] last(String model, Answer answer) {
    ObjectNode line = envelope(model, message("content", ""), true);
    line.put("done_reason", answer.doneReason());
    line.put("total_duration", 1_000_000L);
    line.put("load_duration", answer.loadTime().toNanos());
    if (answer.promptTokens() >= 0) {
      line.put("prompt_eval_count", answer.promptTokens());
    }
    line.put("eval_count", answer.outputTokens());
    return bytes(line.toString());
  }

  private static byte[] line(String model, ObjectNode message, boolean done) {
    return bytes(envelope(model, message, done).toString());
  }

  private static ObjectNode envelope(String model, ObjectNode message, boolean done) {
    ObjectNode line = NODES.objectNode();
    line.put("model", model);
    line.put("created_at", "2026-01-01T00:00:00Z");
    line.set("message", message);
    line.put("done", done);
    return line;
  }

  private static ObjectNode message(String field, String text) {
    ObjectNode message = NODES.objectNode().put("role", "assistant").put("content", "");
    return message.put(field, text);
  }

  private static ObjectNode calling(List<Answer.Call> calls) {
    ObjectNode message = message("content", "");
    for (Answer.Call call : calls) {
      ObjectNode node = message.withArray("tool_calls").addObject();
      call.id().ifPresent(id -> node.put("id", id));
      ObjectNode function = node.putObject("function");
      call.index().ifPresent(index -> function.put("index", index));
      function.put("name", call.name());
      function.set("arguments", arguments(call.arguments()));
    }
    return message;
  }

  private static JsonNode arguments(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return NODES.textNode(text);
    }
  }

  private static byte[] bytes(String line) {
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
