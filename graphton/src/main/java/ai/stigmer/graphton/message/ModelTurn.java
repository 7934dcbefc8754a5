package ai.stigmer.graphton.message;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One complete answer of a model.
 *
 * @param provider the provider that said it, for example {@code ollama}
 * @param model the full model id that said it
 * @param raw the provider's own message as JSON, to be replayed verbatim to the same provider
 * @param blocks the neutral view of the same message, in order
 * @param usage tokens of this turn
 * @param stop why the model stopped
 */
public record ModelTurn(
    String provider, String model, String raw, List<Block> blocks, Usage usage, StopReason stop) {

  public ModelTurn {
    requireNonNull(provider, "provider is null");
    requireNonNull(model, "model is null");
    requireNonNull(raw, "raw is null");
    blocks = List.copyOf(blocks);
    requireNonNull(usage, "usage is null");
    requireNonNull(stop, "stop is null");
  }

  /** The answer's text without thinking; empty when the turn only calls tools. */
  public String text() {
    return blocks.stream()
        .filter(Block.Text.class::isInstance)
        .map(block -> ((Block.Text) block).text())
        .collect(Collectors.joining());
  }

  /** The tool calls in the model's order. */
  public List<ToolCall> calls() {
    return blocks.stream()
        .filter(Block.Call.class::isInstance)
        .map(block -> ((Block.Call) block).call())
        .toList();
  }
}
