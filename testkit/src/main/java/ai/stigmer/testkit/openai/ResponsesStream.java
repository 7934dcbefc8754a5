package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The events that the Responses API streams for an answer. */
final class ResponsesStream {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String model;
  private final Answer answer;
  private final String number;
  private final Sse sse = new Sse();
  private final List<JsonNode> items = new ArrayList<>();
  private Optional<ObjectNode> open = Optional.empty();
  private String text = "";
  private int sequence;

  ResponsesStream(String model, Answer answer, int number) {
    this.model = model;
    this.answer = answer;
    // Always as long as any other, so that streams can be compared byte by byte.
    this.number = String.format(Locale.ROOT, "%06d", number);
  }

  /** The items of the answer, after {@link #pieces}. */
  List<JsonNode> items() {
    return List.copyOf(items);
  }

  List<byte[]> pieces() {
    lifecycle("response.created", response("in_progress"));
    lifecycle("response.in_progress", response("in_progress"));
    for (Answer.Part part : answer.parts()) {
      switch (part) {
        case Answer.Part.Text(String more) -> text("output_text", more);
        case Answer.Part.Refusal(String more) -> text("refusal", more);
        case Answer.Part.Thinking(String more) -> thinking(more);
        case Answer.Part.Call call -> call(call);
        case Answer.Part.Raw(String raw) -> sse.raw(raw);
      }
    }
    close();
    end();
    return sse.pieces();
  }

  private void end() {
    switch (answer.end()) {
      case COMPLETE, PLAIN_STOP, WITHOUT_DONE ->
          lifecycle("response.completed", response("completed"));
      case LENGTH, FILTERED -> {
        ObjectNode response = response("incomplete");
        response
            .putObject("incomplete_details")
            .put(
                "reason",
                answer.end() == Answer.End.LENGTH ? "max_output_tokens" : "content_filter");
        lifecycle("response.incomplete", response);
      }
      case FAILED -> {
        ObjectNode response = response("failed");
        response.set("error", error());
        lifecycle("response.failed", response);
      }
    }
  }

  private ObjectNode error() {
    try {
      JsonNode given = JSON.readTree(answer.error().orElse("{}")).path("error");
      ObjectNode error = NODES.objectNode();
      error.set("code", given.path("code"));
      error.set("message", given.path("message"));
      return error;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the error of a failing answer must be JSON", e);
    }
  }

  private void text(String kind, String more) {
    ObjectNode item = open("message", kind);
    text += more;
    String field = kind.equals("refusal") ? "response.refusal.delta" : "response.output_text.delta";
    ObjectNode event = at(field, item).put("content_index", 0).put("delta", more);
    if (kind.equals("output_text")) {
      event.putArray("logprobs");
    }
    sse.named(event);
  }

  private void thinking(String more) {
    ObjectNode item = open("reasoning", "summary_text");
    text += more;
    sse.named(
        at("response.reasoning_summary_text.delta", item)
            .put("summary_index", 0)
            .put("delta", more));
  }

  private void call(Answer.Part.Call call) {
    close();
    ObjectNode item = begin("function_call", "fc_");
    call.id().ifPresent(id -> item.put("call_id", id));
    item.put("name", call.name()).put("arguments", "").put("status", "in_progress");
    added(item);
    for (String piece : Sse.split(call.arguments(), call.pieces())) {
      sse.named(at("response.function_call_arguments.delta", item).put("delta", piece));
    }
    sse.named(
        at("response.function_call_arguments.done", item)
            .put("name", call.name())
            .put("arguments", call.arguments()));
    boolean cut = answer.end() == Answer.End.LENGTH && call.equals(answer.parts().getLast());
    done(item.put("arguments", call.arguments()).put("status", cut ? "incomplete" : "completed"));
  }

  /** The message or reasoning item that is being written, a new one when another kind was. */
  private ObjectNode open(String type, String part) {
    if (open.isPresent() && open.get().path("type").asText().equals(type)) {
      return open.get();
    }
    close();
    ObjectNode item = begin(type, type.equals("message") ? "msg_" : "rs_");
    open = Optional.of(item);
    if (type.equals("message")) {
      item.put("status", "in_progress").put("role", "assistant").put("phase", "final_answer");
      item.putArray("content");
      added(item);
      sse.named(part(at("response.content_part.added", item).put("content_index", 0), part, ""));
    } else {
      item.putArray("summary");
      item.put("encrypted_content", "");
      added(item);
      sse.named(
          part(
              at("response.reasoning_summary_part.added", item).put("summary_index", 0), part, ""));
    }
    return item;
  }

  private static ObjectNode part(ObjectNode event, String kind, String text) {
    event.set("part", content(kind, text));
    return event;
  }

  private static ObjectNode content(String kind, String text) {
    ObjectNode content = NODES.objectNode().put("type", kind);
    content.put(kind.equals("refusal") ? "refusal" : "text", text);
    if (kind.equals("output_text")) {
      content.putArray("annotations");
      content.putArray("logprobs");
    }
    return content;
  }

  private void close() {
    if (open.isEmpty()) {
      return;
    }
    ObjectNode item = open.get();
    if (item.path("type").asText().equals("message")) {
      String kind = refused() ? "refusal" : "output_text";
      item.withArray("content").add(content(kind, text));
      item.put("status", answer.end() == Answer.End.LENGTH ? "incomplete" : "completed");
    } else {
      item.withArray("summary").add(content("summary_text", text));
      item.put("encrypted_content", "gAAAA-" + item.path("id").asText());
    }
    done(item);
    open = Optional.empty();
    text = "";
  }

  private boolean refused() {
    return answer.parts().stream().anyMatch(Answer.Part.Refusal.class::isInstance);
  }

  private ObjectNode begin(String type, String prefix) {
    return NODES.objectNode().put("id", prefix + number + "_" + items.size()).put("type", type);
  }

  private void added(ObjectNode item) {
    ObjectNode event = event("response.output_item.added").put("output_index", items.size());
    event.set("item", item.deepCopy());
    sse.named(event);
  }

  private void done(ObjectNode item) {
    ObjectNode event = event("response.output_item.done").put("output_index", items.size());
    event.set("item", item);
    sse.named(event);
    items.add(item);
  }

  private ObjectNode at(String type, ObjectNode item) {
    return event(type).put("item_id", item.path("id").asText()).put("output_index", items.size());
  }

  private ObjectNode event(String type) {
    return NODES.objectNode().put("type", type).put("sequence_number", sequence++);
  }

  private void lifecycle(String type, ObjectNode response) {
    ObjectNode event = event(type);
    event.set("response", response);
    sse.named(event);
  }

  private ObjectNode response(String status) {
    ObjectNode response = NODES.objectNode().put("id", "resp_" + number);
    response.put("object", "response").put("created_at", 1_795_000_000L).put("status", status);
    response.putNull("error").putNull("incomplete_details");
    response.putNull("instructions").putObject("metadata");
    response.put("model", model).put("parallel_tool_calls", true);
    response.put("temperature", 1.0).put("top_p", 1.0).put("tool_choice", "auto");
    response.putArray("tools");
    items.forEach(response.putArray("output")::add);
    if (!status.equals("in_progress")) {
      answer.usage().ifPresent(counted -> response.set("usage", usage(counted)));
    }
    return response;
  }

  private static ObjectNode usage(Answer.Counted counted) {
    ObjectNode usage = NODES.objectNode().put("input_tokens", counted.input());
    usage
        .putObject("input_tokens_details")
        .put("cached_tokens", counted.cached())
        .put("cache_write_tokens", 0);
    usage.put("output_tokens", counted.output());
    usage.putObject("output_tokens_details").put("reasoning_tokens", counted.reasoning());
    return usage.put("total_tokens", counted.input() + counted.output());
  }
}
