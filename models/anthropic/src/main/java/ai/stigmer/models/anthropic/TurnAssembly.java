package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.models.anthropic.EventReader.GarbledException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Puts the events of one answer together to a turn, and shows its deltas on the way. Events of
 * unknown types are passed over; blocks of unknown types are kept for the replay.
 *
 * <p>States: empty → begun ({@code message_start}) → complete ({@code message_stop}).
 *
 * <p>Thread contract: for one thread.
 */
final class TurnAssembly {
  private final ModelRequest request;
  private final Consumer<ModelEvent> events;
  private final TreeMap<Integer, GrowingBlock> blocks = new TreeMap<>();
  private final Counts counts = new Counts();
  private String reason = "";
  private boolean begun;
  private boolean complete;
  private boolean changed;

  TurnAssembly(ModelRequest request, Consumer<ModelEvent> events) {
    this.request = request;
    this.events = events;
  }

  /**
   * Takes one event.
   *
   * @throws GarbledException when it cannot follow those before it
   */
  void add(ObjectNode event) throws GarbledException {
    changed |= !event.findPath("input_transformations").isEmpty();
    switch (event.path("type").asText()) {
      case "message_start" -> {
        expect(!begun, "an answer began twice");
        begun = true;
        counts.take(event.path("message").path("usage"));
      }
      case "content_block_start" -> start(event);
      case "content_block_delta" -> {
        GrowingBlock block = blocks.get(index(event));
        if (block == null) {
          throw new GarbledException("a piece belongs to no block", null);
        }
        block.add(event.path("delta"), events);
      }
      case "message_delta" -> {
        JsonNode stop = event.path("delta").path("stop_reason");
        reason = stop.isTextual() ? stop.textValue() : reason;
        counts.take(event.path("usage"));
      }
      case "message_stop" -> {
        expect(begun, "an answer ended that had not begun");
        complete = true;
      }
      default -> {
        // ping, the end of a block, and what is newer than this version.
      }
    }
  }

  private void start(ObjectNode event) throws GarbledException {
    expect(begun, "a block came before the answer");
    if (!(event.path("content_block") instanceof ObjectNode block)) {
      throw new GarbledException("a block is no object", null);
    }
    GrowingBlock before = blocks.put(index(event), new GrowingBlock(block));
    expect(before == null, "a block began twice");
  }

  private static int index(ObjectNode event) throws GarbledException {
    JsonNode index = event.path("index");
    expect(index.isInt(), "an event has no index");
    return index.intValue();
  }

  private static void expect(boolean holds, String otherwise) throws GarbledException {
    if (!holds) {
      throw new GarbledException(otherwise, null);
    }
  }

  boolean isComplete() {
    return complete;
  }

  /** What the server has counted so far. */
  Usage usage() {
    return counts.usage();
  }

  /** Whether the server left out a part of what was sent. */
  boolean hasChangedInput() {
    return changed;
  }

  /** The provider's own word for why the model stopped; empty when there was none. */
  String reason() {
    return reason;
  }

  /** The turn, once it is complete. */
  ModelTurn finish(String model) {
    boolean refused = reason.equals("refusal");
    Set<String> used = usedIds();
    ArrayNode raw = Json.NODES.arrayNode();
    List<Block> neutral = new ArrayList<>();
    int at = 0;
    for (GrowingBlock block : blocks.values()) {
      boolean cut = isCut() && ++at == blocks.size();
      if (block.isCall()) {
        if (refused) {
          continue;
        }
        block.rename(unused(block.id(), used, raw.size()));
      }
      raw.add(block.finished(cut));
      block.neutral(cut).ifPresent(neutral::add);
    }
    return new ModelTurn(
        AnthropicProvider.ID, model, RawTurn.of(raw), neutral, counts.usage(), stop(neutral));
  }

  /** Whether a limit ended the answer, within its last block perhaps. */
  private boolean isCut() {
    return reason.equals("max_tokens") || reason.equals("model_context_window_exceeded");
  }

  private Set<String> usedIds() {
    Set<String> used = new HashSet<>();
    for (Message message : request.messages()) {
      if (message instanceof Message.Assistant(ModelTurn turn)) {
        turn.calls().forEach(call -> used.add(call.id()));
      }
    }
    return used;
  }

  private String unused(String given, Set<String> used, int position) {
    String wanted = given.isEmpty() ? "call_" + request.turn() + "_" + position : given;
    String id = wanted;
    for (int n = 2; !used.add(id); n++) {
      id = wanted + "_" + n;
    }
    return id;
  }

  private StopReason stop(List<Block> neutral) {
    if (neutral.stream().anyMatch(Block.Call.class::isInstance)) {
      return StopReason.TOOL_USE;
    }
    return switch (reason) {
      case "end_turn", "stop_sequence" -> StopReason.END;
      case "tool_use" -> StopReason.TOOL_USE;
      case "max_tokens" -> StopReason.MAX_TOKENS;
      case "model_context_window_exceeded" -> StopReason.CONTEXT_FULL;
      case "refusal" -> StopReason.REFUSAL;
      case "pause_turn" -> StopReason.PAUSE;
      default -> StopReason.UNKNOWN;
    };
  }

  /** Tokens as last reported: every report gives totals, and some leave a count out. */
  private static final class Counts {
    private long input;
    private long output;
    private long cacheRead;
    private long cacheWrite;
    private long thinking;

    void take(JsonNode usage) {
      input = latest(usage, "input_tokens", input);
      output = latest(usage, "output_tokens", output);
      cacheRead = latest(usage, "cache_read_input_tokens", cacheRead);
      cacheWrite = latest(usage, "cache_creation_input_tokens", cacheWrite);
      thinking = latest(usage.path("output_tokens_details"), "thinking_tokens", thinking);
    }

    private static long latest(JsonNode usage, String field, long before) {
      JsonNode count = usage.path(field);
      return count.canConvertToLong() && count.isNumber() ? Math.max(0, count.asLong()) : before;
    }

    Usage usage() {
      return new Usage(input, output, cacheRead, cacheWrite, thinking);
    }
  }

  /** A call in the neutral view. */
  static Block.Call call(String id, String name, String arguments) {
    return new Block.Call(new ToolCall(id, name, arguments));
  }
}
