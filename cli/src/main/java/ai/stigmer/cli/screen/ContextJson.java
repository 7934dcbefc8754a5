package ai.stigmer.cli.screen;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.message.Usage;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** What a summary changed about the context, for programs. */
public final class ContextJson {
  private ContextJson() {}

  static ObjectNode of(AgentEvent.Compacted event) {
    return put(
        Json.object("compacted").put("messages", event.messages()).put("seq", event.seq()),
        event.before(),
        event.after(),
        event.window());
  }

  /** What the provider counted for a turn, its answer included: so long is the conversation. */
  static Optional<Long> tokens(TurnEnd end) {
    if (!(end instanceof TurnEnd.Answered answered)) {
      return Optional.empty();
    }
    Usage usage = answered.turn().usage();
    return Optional.of(usage.input() + usage.cacheRead() + usage.cacheWrite() + usage.output());
  }

  /**
   * Adds the tokens of the prompt before and after, and those of the window.
   *
   * @return {@code json}
   */
  public static ObjectNode put(ObjectNode json, long before, long after, long window) {
    return json.put("tokens_before", before).put("tokens_after", after).put("window", window);
  }
}
