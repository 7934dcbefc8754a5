package ai.stigmer.testkit.loop;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * A model with a context window: it counts a token for every so many bytes, refuses what is longer,
 * and calls tools for some turns before it answers. What it was asked is kept.
 */
final class WindowedModel implements ChatModel {
  final List<ModelRequest> turns = new ArrayList<>();
  final List<ModelRequest> summaries = new ArrayList<>();
  long largest;
  int refused;

  private final long window;
  private final int bytesForAToken;
  private final int steps;
  private final IntFunction<ToolCall> call;
  private String words = "It went well so far.";
  private boolean tells = true;
  private boolean binds;
  private boolean summarises = true;

  WindowedModel(long window, int bytesForAToken, int steps, IntFunction<ToolCall> call) {
    this.window = window;
    this.bytesForAToken = bytesForAToken;
    this.steps = steps;
    this.call = call;
  }

  WindowedModel summarising(String text) {
    words = text;
    return this;
  }

  WindowedModel secretive() {
    tells = false;
    return this;
  }

  WindowedModel binding() {
    binds = true;
    return this;
  }

  WindowedModel refusingSummaries() {
    summarises = false;
    return this;
  }

  @Override
  public String provider() {
    return "windowed";
  }

  @Override
  public String model() {
    return "windowed-1";
  }

  @Override
  public OptionalLong contextWindow() {
    return tells ? OptionalLong.of(window) : OptionalLong.empty();
  }

  @Override
  public boolean bindsThinking() {
    return binds;
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    long tokens = size(request) / bytesForAToken;
    boolean summary = request.purpose() == ModelRequest.Purpose.SUMMARY;
    if (tokens > window || (summary && !summarises)) {
      refused++;
      return tooLong();
    }
    largest = Math.max(largest, tokens);
    if (summary) {
      summaries.add(request);
      events.accept(new ModelEvent.TextDelta(words));
      return turn(List.of(new Block.Text(words)), tokens, StopReason.END);
    }
    turns.add(request);
    events.accept(new ModelEvent.TextDelta("…"));
    if (request.turn() >= steps) {
      return turn(List.of(new Block.Text("the end")), tokens, StopReason.END);
    }
    List<Block> blocks =
        List.of(
            new Block.Thinking("hm " + request.turn()),
            new Block.Text("step " + request.turn()),
            new Block.Call(call.apply(request.turn())));
    return turn(blocks, tokens, StopReason.TOOL_USE);
  }

  private ModelResult turn(List<Block> blocks, long tokens, StopReason stop) {
    return new ModelResult.Turn(
        new ModelTurn(
            provider(), model(), "{\"own\":\"words\"}", blocks, Usage.of(tokens, 20), stop));
  }

  private ModelResult tooLong() {
    return new ModelResult.Failed(
        ModelFailure.of(
            provider(),
            400,
            ModelFailure.Kind.CONTEXT_OVERFLOW,
            Problem.of("E302", Problem.Category.MODEL, "prompt is too long")));
  }

  static long size(ModelRequest request) {
    long bytes = bytes(request.system());
    for (ToolSpec tool : request.tools()) {
      bytes += bytes(tool.description()) + bytes(tool.schema());
    }
    for (Message message : request.messages()) {
      bytes +=
          switch (message) {
            case Message.User user -> bytes(user.text());
            case Message.Assistant assistant ->
                bytes(assistant.turn().raw()) + bytes(assistant.turn().blocks().toString());
            case Message.ToolAnswer answer -> bytes(answer.result().text());
          };
    }
    return bytes;
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
