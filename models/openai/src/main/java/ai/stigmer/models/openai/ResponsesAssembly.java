package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of the Responses API. The deltas are only shown: the turn is made of the items that
 * the terminal event repeats whole, or, where a server leaves them out there, of the items that
 * were said to be done.
 */
final class ResponsesAssembly implements Assembly {
  private static final String CALL = "function_call";
  private static final String REASONING = "reasoning";

  private final String model;
  private final Consumer<ModelEvent> events;
  private final TreeMap<Integer, JsonNode> done = new TreeMap<>();
  private @Nullable JsonNode response;
  private Usage counted = Usage.NONE;
  private boolean shownText;
  private boolean shownThinking;
  private boolean refused;

  ResponsesAssembly(String model, Consumer<ModelEvent> events) {
    this.model = model;
    this.events = events;
  }

  @Override
  public Progress add(JsonNode event) {
    switch (Json.text(event, "type")) {
      case "response.output_text.delta", "response.refusal.delta" -> showText(event);
      case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" ->
          showThinking(Json.text(event, "delta"));
      case "response.reasoning_summary_part.added" -> showThinking(shownThinking ? "\n\n" : "");
      case "response.output_item.done" ->
          done.put(event.path("output_index").asInt(done.size()), event.path("item"));
      case "response.completed", "response.incomplete" -> {
        response = event.path("response");
        counted = usage(event.path("response").path("usage"));
        return Progress.ENDED;
      }
      case "response.failed", "response.cancelled" -> {
        counted = usage(event.path("response").path("usage"));
        return new Progress.Broken(ErrorBody.of(event.path("response")));
      }
      case "error" -> {
        return new Progress.Broken(ErrorBody.of(event));
      }
      default -> {
        return unnamed(event);
      }
    }
    return Progress.OPEN;
  }

  /**
   * A whole response instead of a stream, an error without a type, or an event that is new to us.
   */
  private Progress unnamed(JsonNode event) {
    if (event.hasNonNull("error")) {
      return new Progress.Broken(ErrorBody.of(event));
    }
    if (Json.text(event, "object").equals("response") && event.path("output").isArray()) {
      response = event;
      counted = usage(event.path("usage"));
      return Progress.ENDED;
    }
    return Progress.OPEN;
  }

  private void showText(JsonNode event) {
    String text = Json.text(event, "delta");
    if (!text.isEmpty()) {
      shownText = true;
      events.accept(new ModelEvent.TextDelta(text));
    }
  }

  private void showThinking(String text) {
    if (!text.isEmpty()) {
      shownThinking = true;
      events.accept(new ModelEvent.ThinkingDelta(text));
    }
  }

  @Override
  public Usage usage() {
    return counted;
  }

  @Override
  public boolean isComplete() {
    return response != null;
  }

  @Override
  public ModelTurn finish(ModelRequest request) {
    JsonNode ended = response == null ? Json.NODES.objectNode() : response;
    boolean whole = !Json.text(ended, "status").equals("incomplete");
    ArrayNode items = Json.NODES.arrayNode();
    Iterable<JsonNode> output =
        ended.path("output").isEmpty() ? done.values() : ended.path("output");
    output.forEach(items::add);
    if (!whole) {
      dropUnfinished(items);
    }
    CallIds ids = new CallIds(request);
    items.forEach(item -> nameCall(item, ids));
    List<Block> blocks = blocks(items);
    items.forEach(ResponsesAssembly::makeSendable);
    ModelTurn turn =
        new ModelTurn(
            OpenAiProvider.ID,
            model,
            Json.whole(items.toString()),
            blocks,
            counted,
            StopReason.END);
    if (!shownText && !turn.text().isEmpty()) {
      events.accept(new ModelEvent.TextDelta(turn.text()));
    }
    return withStop(turn, ended, whole);
  }

  private ModelTurn withStop(ModelTurn turn, JsonNode ended, boolean whole) {
    StopReason stop = StopReason.END;
    if (!turn.calls().isEmpty()) {
      stop = StopReason.TOOL_USE;
    } else if (!whole) {
      stop = incomplete(Json.text(ended.path("incomplete_details"), "reason"));
    } else if (refused) {
      stop = StopReason.REFUSAL;
    }
    return new ModelTurn(
        turn.provider(), turn.model(), turn.raw(), turn.blocks(), turn.usage(), stop);
  }

  private StopReason incomplete(String reason) {
    return switch (reason) {
      case "max_output_tokens" -> StopReason.MAX_TOKENS;
      case "content_filter" -> StopReason.REFUSAL;
      default -> {
        events.accept(ModelEvent.Notice.unknownStop(model, reason));
        yield StopReason.UNKNOWN;
      }
    };
  }

  /**
   * Leaves out a call that was cut within its arguments, and reasoning that leads to nothing: the
   * API refuses to be shown either again.
   */
  private static void dropUnfinished(ArrayNode items) {
    for (int i = items.size() - 1; i >= 0; i--) {
      JsonNode item = items.get(i);
      boolean call = Json.text(item, "type").equals(CALL);
      boolean cut = call && !Json.text(item, "status").equals("completed");
      boolean leadsToNothing = Json.text(item, "type").equals(REASONING) && i == items.size() - 1;
      if (cut || leadsToNothing) {
        items.remove(i);
      }
    }
  }

  private static void nameCall(JsonNode item, CallIds ids) {
    if (Json.text(item, "type").equals(CALL) && item instanceof ObjectNode call) {
      call.put("call_id", ids.take(Json.text(call, "call_id")));
    }
  }

  /** A model may call a tool that nobody could offer; the API refuses to be shown its name. */
  private static void makeSendable(JsonNode item) {
    if (Json.text(item, "type").equals(CALL) && item instanceof ObjectNode call) {
      call.put("name", ToolNames.sendable(Json.text(call, "name")));
    }
  }

  private List<Block> blocks(ArrayNode items) {
    List<Block> blocks = new ArrayList<>();
    for (JsonNode item : items) {
      switch (Json.text(item, "type")) {
        case "message" -> item.path("content").forEach(part -> addText(part, blocks));
        case REASONING -> {
          String thought = thought(item);
          if (!thought.isEmpty()) {
            blocks.add(new Block.Thinking(thought));
          }
        }
        case CALL -> blocks.add(new Block.Call(call(item)));
        default -> {
          // Kept in the raw turn; nothing of it can be said in neutral words.
        }
      }
    }
    return blocks;
  }

  private void addText(JsonNode part, List<Block> blocks) {
    boolean refusal = Json.text(part, "type").equals("refusal");
    refused |= refusal;
    String text = Json.whole(Json.text(part, refusal ? "refusal" : "text"));
    if (!text.isEmpty()) {
      blocks.add(new Block.Text(text));
    }
  }

  /** The summary, or where there is none the reasoning itself, which open models show. */
  private static String thought(JsonNode item) {
    StringJoiner thought = new StringJoiner("\n\n");
    JsonNode parts = item.path("summary").isEmpty() ? item.path("content") : item.path("summary");
    parts.forEach(part -> thought.add(Json.text(part, "text")));
    return Json.whole(thought.toString());
  }

  private static ToolCall call(JsonNode item) {
    String arguments = Json.text(item, "arguments");
    return new ToolCall(
        Json.text(item, "call_id"),
        Json.whole(Json.text(item, "name")),
        arguments.isBlank() ? "{}" : Json.whole(arguments));
  }

  private static Usage usage(JsonNode usage) {
    JsonNode details = usage.path("input_tokens_details");
    long cached = Json.count(details, "cached_tokens");
    long written = Json.count(details, "cache_write_tokens");
    return new Usage(
        Math.max(0, Json.count(usage, "input_tokens") - cached - written),
        Json.count(usage, "output_tokens"),
        cached,
        written,
        Json.count(usage.path("output_tokens_details"), "reasoning_tokens"));
  }
}
