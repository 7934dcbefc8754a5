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
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of Chat Completions. The message is put together from its deltas; what servers add of
 * their own, such as {@code reasoning_details} or the signatures of a call, is kept in it.
 */
final class ChatAssembly implements Assembly {
  private static final Set<String> JOINED = Set.of("reasoning_content", "reasoning");
  private static final Set<String> KNOWN = Set.of("role", "content", "refusal", "tool_calls");

  private final String model;
  private final OptionalInt maxTokens;
  private final Consumer<ModelEvent> events;
  private final StringBuilder content = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final StringBuilder thinking = new StringBuilder();
  private final ChatCalls calls = new ChatCalls();
  private final ObjectNode further = Json.NODES.objectNode();
  private JsonNode usage = Json.NODES.missingNode();
  private @Nullable String finish;

  ChatAssembly(String model, OptionalInt maxTokens, Consumer<ModelEvent> events) {
    this.model = model;
    this.maxTokens = maxTokens;
    this.events = events;
  }

  @Override
  public Progress add(JsonNode chunk) {
    if (chunk.hasNonNull("error")) {
      return new Progress.Broken(ErrorBody.of(chunk));
    }
    if (chunk.path("usage").isObject()) {
      usage = chunk.path("usage");
    }
    JsonNode choice = chunk.path("choices").path(0);
    JsonNode delta = choice.has("message") ? choice.path("message") : choice.path("delta");
    if (delta.isObject()) {
      take(delta);
    }
    String reason = Json.text(choice, "finish_reason");
    if (reason.equals("error")) {
      return new Progress.Broken(new ErrorBody("server_error", "", "the model failed"));
    }
    finish = reason.isEmpty() ? finish : reason;
    return Progress.OPEN;
  }

  private void take(JsonNode delta) {
    showText(Json.text(delta, "content"), content);
    showText(Json.text(delta, "refusal"), refusal);
    // A server that has both names sends the same under each.
    String thought = Json.text(delta, "reasoning_content");
    showThinking(thought.isEmpty() ? Json.text(delta, "reasoning") : thought);
    delta.path("tool_calls").forEach(calls::add);
    for (Map.Entry<String, JsonNode> field : delta.properties()) {
      if (!KNOWN.contains(field.getKey()) && !field.getValue().isNull()) {
        keep(field.getKey(), field.getValue());
      }
    }
  }

  private void keep(String name, JsonNode value) {
    if (value instanceof ArrayNode more && further.get(name) instanceof ArrayNode before) {
      ReasoningDetails.append(before, more);
    } else if (JOINED.contains(name)) {
      further.put(name, Json.text(further, name) + value.asText(""));
    } else {
      further.set(name, value.deepCopy());
    }
  }

  private void showText(String text, StringBuilder to) {
    if (!text.isEmpty()) {
      to.append(text);
      events.accept(new ModelEvent.TextDelta(text));
    }
  }

  private void showThinking(String text) {
    if (!text.isEmpty()) {
      thinking.append(text);
      events.accept(new ModelEvent.ThinkingDelta(text));
    }
  }

  /** The usage and {@code [DONE]} may be missing; the reason why the model stopped may not. */
  @Override
  public boolean isComplete() {
    return finish != null;
  }

  @Override
  public ModelTurn finish(ModelRequest request) {
    boolean cut = "length".equals(finish);
    List<ToolCall> named = calls.finish(new CallIds(request), cut);
    List<Block> blocks = new ArrayList<>();
    if (!thinking.isEmpty()) {
      blocks.add(new Block.Thinking(Json.whole(thinking.toString())));
    }
    String text = content.toString() + refusal;
    if (!text.isEmpty()) {
      blocks.add(new Block.Text(Json.whole(text)));
    }
    named.forEach(call -> blocks.add(new Block.Call(call)));
    Usage counted = usage();
    StopReason stop = stop(named, counted.output());
    if (stop == StopReason.UNKNOWN) {
      events.accept(ModelEvent.Notice.unknownStop(model, String.valueOf(finish)));
    }
    return new ModelTurn(OpenAiProvider.ID, model, raw(), blocks, counted, stop);
  }

  private String raw() {
    ObjectNode message = Json.NODES.objectNode().put("role", "assistant");
    message.put("content", content.toString());
    if (!refusal.isEmpty()) {
      message.put("refusal", refusal.toString());
    }
    message.setAll(further);
    ArrayNode kept = calls.raw();
    if (!kept.isEmpty()) {
      message.set("tool_calls", kept);
    }
    return Json.whole(message.toString());
  }

  private StopReason stop(List<ToolCall> named, long output) {
    if (!named.isEmpty()) {
      return StopReason.TOOL_USE;
    }
    return switch (String.valueOf(finish)) {
      case "length", "max_tokens" ->
          output > 0 && maxTokens.isPresent() && output < maxTokens.getAsInt()
              ? StopReason.CONTEXT_FULL
              : StopReason.MAX_TOKENS;
      case "model_length" -> StopReason.CONTEXT_FULL;
      case "content_filter" -> StopReason.REFUSAL;
      case "stop", "tool_calls", "function_call", "eos", "end_turn" ->
          refusal.isEmpty() ? StopReason.END : StopReason.REFUSAL;
      default -> StopReason.UNKNOWN;
    };
  }

  @Override
  public Usage usage() {
    JsonNode details = usage.path("prompt_tokens_details");
    long cached =
        details.has("cached_tokens")
            ? Json.count(details, "cached_tokens")
            : Json.count(usage, "prompt_cache_hit_tokens");
    long written = Json.count(details, "cache_write_tokens");
    return new Usage(
        Math.max(0, Json.count(usage, "prompt_tokens") - cached - written),
        Json.count(usage, "completion_tokens"),
        cached,
        written,
        Json.count(usage.path("completion_tokens_details"), "reasoning_tokens"));
  }
}
