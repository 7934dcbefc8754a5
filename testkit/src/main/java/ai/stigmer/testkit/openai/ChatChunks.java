package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The chunks that Chat Completions streams for an answer. */
final class ChatChunks {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String model;
  private final Answer answer;
  private final boolean withUsage;
  private final String number;
  private final Sse sse = new Sse();
  private int calls;

  ChatChunks(String model, Answer answer, boolean withUsage, int number) {
    this.model = model;
    this.answer = answer;
    this.withUsage = withUsage;
    this.number = String.format(Locale.ROOT, "%06d", number);
  }

  List<byte[]> pieces() {
    delta(NODES.objectNode().put("role", "assistant").put("content", ""));
    for (Answer.Part part : answer.parts()) {
      switch (part) {
        case Answer.Part.Text(String text) -> delta(NODES.objectNode().put("content", text));
        case Answer.Part.Refusal(String text) -> delta(NODES.objectNode().put("refusal", text));
        case Answer.Part.Thinking(String text) ->
            delta(NODES.objectNode().put("reasoning_content", text));
        case Answer.Part.Call call -> call(call);
        case Answer.Part.Raw(String raw) -> sse.raw(raw);
      }
    }
    if (answer.end() == Answer.End.FAILED) {
      sse.plain(answer.error().orElse("{}"));
      return sse.pieces();
    }
    sse.plain(chunk(NODES.objectNode(), Optional.of(finish())).toString());
    if (withUsage && answer.usage().isPresent()) {
      sse.plain(usage(answer.usage().get()).toString());
    }
    if (answer.end() != Answer.End.WITHOUT_DONE) {
      sse.plain("[DONE]");
    }
    return sse.pieces();
  }

  private String finish() {
    return switch (answer.end()) {
      case LENGTH -> "length";
      case FILTERED -> "content_filter";
      case PLAIN_STOP -> "stop";
      case COMPLETE, WITHOUT_DONE, FAILED -> calls > 0 ? "tool_calls" : "stop";
    };
  }

  private void call(Answer.Part.Call call) {
    List<String> pieces = Sse.split(call.arguments(), call.pieces());
    for (int i = 0; i < pieces.size(); i++) {
      ObjectNode delta = NODES.objectNode();
      ObjectNode node = delta.putArray("tool_calls").addObject().put("index", calls);
      ObjectNode function = NODES.objectNode();
      if (i == 0) {
        call.id().ifPresent(id -> node.put("id", id));
        node.put("type", "function");
        function.put("name", call.name());
      }
      node.set("function", function.put("arguments", pieces.get(i)));
      delta(delta);
    }
    calls++;
  }

  private void delta(ObjectNode delta) {
    sse.plain(chunk(delta, Optional.empty()).toString());
  }

  private ObjectNode chunk(ObjectNode delta, Optional<String> finish) {
    ObjectNode chunk = envelope();
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs");
    choice.put("finish_reason", finish.orElse(null));
    return chunk;
  }

  private ObjectNode envelope() {
    return NODES
        .objectNode()
        .put("id", "chatcmpl-" + number)
        .put("object", "chat.completion.chunk")
        .put("created", 1_795_000_000L)
        .put("model", model);
  }

  private ObjectNode usage(Answer.Counted counted) {
    ObjectNode chunk = envelope();
    chunk.putArray("choices");
    ObjectNode usage = chunk.putObject("usage");
    usage.put("prompt_tokens", counted.input()).put("completion_tokens", counted.output());
    usage.put("total_tokens", counted.input() + counted.output());
    usage.putObject("prompt_tokens_details").put("cached_tokens", counted.cached());
    usage.putObject("completion_tokens_details").put("reasoning_tokens", counted.reasoning());
    return chunk;
  }
}
