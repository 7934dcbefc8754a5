package ai.stigmer.testkit.anthropic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The server-sent events of one answer, each as its bytes. */
final class MessageStream {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String model;
  private final UnaryOperator<String> signer;
  private final List<byte[]> events = new ArrayList<>();
  private int index;
  private boolean failed;

  private MessageStream(String model, UnaryOperator<String> signer) {
    this.model = model;
    this.signer = signer;
  }

  /**
   * All events of an answer.
   *
   * @param signer gives the signature of a thinking text
   * @param transformations what the server did to the request's messages, a JSON array; may be
   *     empty
   */
  static List<byte[]> of(
      String model, Answer answer, UnaryOperator<String> signer, JsonNode transformations) {
    MessageStream stream = new MessageStream(model, signer);
    stream.start(answer.usage(), transformations);
    answer.parts().forEach(stream::add);
    if (!stream.failed) {
      stream.end(answer);
    }
    return stream.events;
  }

  private void start(Answer.Counts counts, JsonNode transformations) {
    ObjectNode event = NODES.objectNode().put("type", "message_start");
    ObjectNode message = event.putObject("message");
    message.put("id", "msg_fake").put("type", "message").put("role", "assistant");
    message.put("model", model);
    message.putArray("content");
    message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
    ObjectNode usage = message.putObject("usage").put("input_tokens", counts.input());
    usage.put("cache_creation_input_tokens", counts.cacheWrite());
    usage.put("cache_read_input_tokens", counts.cacheRead());
    usage.put("output_tokens", 1);
    if (!transformations.isEmpty()) {
      message.set("input_transformations", transformations);
    }
    send("message_start", event.toString());
    send("ping", "{\"type\":\"ping\"}");
  }

  private void add(Answer.Part part) {
    switch (part) {
      case Answer.Part.Text(List<String> chunks) ->
          block(node("text").put("text", ""), deltas("text_delta", "text", chunks));
      case Answer.Part.Thinking(List<String> chunks) -> thinking(chunks);
      case Answer.Part.Redacted(String data) ->
          block(node("redacted_thinking").put("data", data), List.of());
      case Answer.Part.ToolUse(String id, String name, List<String> pieces) -> {
        ObjectNode block = node("tool_use").put("id", id).put("name", name);
        block.putObject("input");
        List<ObjectNode> deltas = deltas("input_json_delta", "partial_json", List.of(""));
        deltas.addAll(deltas("input_json_delta", "partial_json", pieces));
        block(block, deltas);
      }
      case Answer.Part.Block(String block, List<String> deltas) ->
          block(object(block), deltas.stream().map(MessageStream::object).toList());
      case Answer.Part.Event(String name, String data) -> send(name, data);
      case Answer.Part.Raw(String text) -> events.add(bytes(text));
      case Answer.Part.Failure(ApiError error) -> {
        send("error", error.json());
        failed = true;
      }
    }
  }

  private void thinking(List<String> chunks) {
    ObjectNode block = node("thinking").put("thinking", "").put("signature", "");
    List<ObjectNode> deltas = deltas("thinking_delta", "thinking", chunks);
    deltas.add(node("signature_delta").put("signature", signer.apply(String.join("", chunks))));
    block(block, deltas);
  }

  private static ObjectNode node(String type) {
    return NODES.objectNode().put("type", type);
  }

  private static List<ObjectNode> deltas(String type, String field, List<String> chunks) {
    List<ObjectNode> deltas = new ArrayList<>();
    chunks.forEach(chunk -> deltas.add(node(type).put(field, chunk)));
    return deltas;
  }

  private void block(ObjectNode block, List<ObjectNode> deltas) {
    ObjectNode start = node("content_block_start").put("index", index);
    start.set("content_block", block);
    send("content_block_start", start.toString());
    for (ObjectNode delta : deltas) {
      ObjectNode event = node("content_block_delta").put("index", index);
      event.set("delta", delta);
      send("content_block_delta", event.toString());
    }
    send("content_block_stop", node("content_block_stop").put("index", index).toString());
    index++;
  }

  private void end(Answer answer) {
    Answer.Counts counts = answer.usage();
    ObjectNode event = node("message_delta");
    ObjectNode delta = event.putObject("delta");
    answer
        .stopReason()
        .ifPresentOrElse(
            reason -> delta.put("stop_reason", reason), () -> delta.putNull("stop_reason"));
    delta.putNull("stop_sequence");
    ObjectNode usage = event.putObject("usage").put("input_tokens", counts.input());
    usage.put("cache_creation_input_tokens", counts.cacheWrite());
    usage.put("cache_read_input_tokens", counts.cacheRead());
    usage.put("output_tokens", counts.output());
    usage.putObject("output_tokens_details").put("thinking_tokens", counts.thinking());
    send("message_delta", event.toString());
    send("message_stop", "{\"type\":\"message_stop\"}");
  }

  private void send(String name, String data) {
    events.add(bytes("event: " + name + "\ndata: " + data + "\n\n"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode object(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a block must be a JSON object: " + json, e);
    }
  }
}
