package ai.stigmer.models.ollama;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts the lines of one answer together to a turn, and shows its deltas on the way.
 *
 * <p>Thread contract: for one thread.
 */
final class TurnAssembly {
  /** The notice that tells of printed calls. */
  static final String PRINTED = "W210";

  private final ModelRequest request;
  private final Consumer<ModelEvent> events;
  private final TextGate gate;
  private final StringBuilder thinking = new StringBuilder();
  private final List<ToolCall> calls = new ArrayList<>();
  private boolean printedCalls;

  TurnAssembly(ModelRequest request, Consumer<ModelEvent> events) {
    this.request = request;
    this.events = events;
    gate = new TextGate(request.tools().size());
  }

  /** Takes the {@code message} of one line. */
  void add(JsonNode message) {
    String thought = message.path("thinking").asText("");
    if (!thought.isEmpty()) {
      thinking.append(thought);
      events.accept(new ModelEvent.ThinkingDelta(thought));
    }
    String text = message.path("content").asText("");
    if (!text.isEmpty()) {
      show(gate.add(text));
    }
    for (JsonNode call : message.path("tool_calls")) {
      JsonNode function = call.path("function");
      calls.add(
          new ToolCall(
              call.path("id").asText(""),
              function.path("name").asText(""),
              argumentsText(function.path("arguments"))));
    }
  }

  private static String argumentsText(JsonNode arguments) {
    if (arguments.isMissingNode() || arguments.isNull()) {
      return "{}";
    }
    return arguments.isTextual() ? arguments.textValue() : arguments.toString();
  }

  private void show(String text) {
    if (!text.isEmpty()) {
      events.accept(new ModelEvent.TextDelta(text));
    }
  }

  /**
   * The turn, after its last line.
   *
   * @param window the context window that was asked for, in tokens
   */
  ModelTurn finish(String model, JsonNode last, int window) {
    String text = gate.text();
    if (calls.isEmpty() && gate.isHolding()) {
      readPrintedCalls(text);
    }
    if (printedCalls) {
      text = "";
    } else {
      show(gate.rest());
    }
    List<ToolCall> named = withIds();
    List<Block> blocks = new ArrayList<>();
    if (!thinking.isEmpty()) {
      blocks.add(new Block.Thinking(thinking.toString()));
    }
    if (!text.isEmpty()) {
      blocks.add(new Block.Text(text));
    }
    named.forEach(call -> blocks.add(new Block.Call(call)));
    String raw = RawTurn.of(text, thinking.toString(), named);
    StopReason stop = stop(last, window);
    if (stop == StopReason.UNKNOWN) {
      events.accept(ModelEvent.Notice.unknownStop(model, last.path("done_reason").asText()));
    }
    return new ModelTurn(OllamaProvider.ID, model, raw, blocks, usage(last), stop);
  }

  /** Whether the turn's calls were printed as text. */
  boolean hasPrintedCalls() {
    return printedCalls;
  }

  private void readPrintedCalls(String text) {
    for (TextCalls.Printed printed : TextCalls.in(text, request.tools())) {
      calls.add(new ToolCall("", printed.name(), printed.arguments().toString()));
      printedCalls = true;
    }
  }

  private List<ToolCall> withIds() {
    if (calls.isEmpty()) {
      return List.of();
    }
    Set<String> used = new HashSet<>();
    for (Message message : request.messages()) {
      if (message instanceof Message.Assistant(ModelTurn turn)) {
        turn.calls().forEach(call -> used.add(call.id()));
      }
    }
    List<ToolCall> named = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      ToolCall call = calls.get(i);
      String wanted = call.id().isEmpty() ? "call_" + request.turn() + "_" + i : call.id();
      named.add(new ToolCall(unused(wanted, used), call.name(), call.arguments()));
    }
    return named;
  }

  private static String unused(String wanted, Set<String> used) {
    String id = wanted;
    for (int n = 2; !used.add(id); n++) {
      id = wanted + "_" + n;
    }
    return id;
  }

  private static Usage usage(JsonNode last) {
    return Usage.of(count(last, "prompt_eval_count"), count(last, "eval_count"));
  }

  private static long count(JsonNode last, String field) {
    return Math.max(0, last.path(field).asLong(0));
  }

  private StopReason stop(JsonNode last, int window) {
    if (!calls.isEmpty()) {
      return StopReason.TOOL_USE;
    }
    return switch (last.path("done_reason").asText("stop")) {
      case "stop" -> StopReason.END;
      case "length" ->
          count(last, "prompt_eval_count") + count(last, "eval_count") >= window
              ? StopReason.CONTEXT_FULL
              : StopReason.MAX_TOKENS;
      default -> StopReason.UNKNOWN;
    };
  }
}
