package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.List;

/**
 * How many tokens the next prompt may have: those that the last answer's provider counted, and at
 * most one for two characters that it has not counted.
 */
final class PromptEstimate {
  private static final int CHARACTERS = 2;

  /** Beyond any context window; a server that counts nonsense must not overflow a sum. */
  private static final long MOST = 1L << 40;

  private PromptEstimate() {}

  static long tokens(Transcript transcript, List<ToolSpec> tools) {
    long characters = 0;
    for (Message message : transcript.messages().reversed()) {
      if (message instanceof Message.Assistant(ModelTurn turn)
          && !turn.usage().equals(Usage.NONE)) {
        return counted(turn.usage()) + characters / CHARACTERS;
      }
      characters += length(message);
    }
    characters += transcript.system().length();
    for (ToolSpec tool : tools) {
      characters += tool.description().length() + tool.schema().length();
    }
    return characters / CHARACTERS;
  }

  private static long counted(Usage usage) {
    return Math.min(MOST, usage.input())
        + Math.min(MOST, usage.cacheRead())
        + Math.min(MOST, usage.cacheWrite())
        + Math.min(MOST, usage.output());
  }

  private static long length(Message message) {
    return switch (message) {
      case Message.User user -> user.text().length();
      case Message.ToolAnswer answer -> answer.result().text().length();
      case Message.Assistant assistant -> assistant.turn().raw().length();
    };
  }
}
