package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.List;

/**
 * How many tokens the next prompt has: those that the last answer's provider counted, and one for
 * every two bytes that it has not counted. Prose and code have three to four bytes for a token, so
 * this errs on the high side.
 */
final class PromptEstimate {
  private static final int BYTES = 2;

  private PromptEstimate() {}

  static long tokens(Transcript transcript, List<ToolSpec> tools) {
    ContextState context = transcript.context();
    if (context.counted() > 0) {
      List<Message> messages = transcript.messages();
      return context.counted()
          + bytes(messages.subList(context.countedMessages(), messages.size())) / BYTES;
    }
    return (frame(transcript, tools) + bytes(transcript.messages())) / BYTES;
  }

  /**
   * Tokens for a byte of this run's prompts: a quarter above what the provider counted for the last
   * one, or one for two bytes while nobody counted.
   */
  static double tokensForAByte(Transcript transcript, List<ToolSpec> tools) {
    ContextState context = transcript.context();
    if (context.counted() == 0) {
      return 1.0 / BYTES;
    }
    long bytes =
        frame(transcript, tools)
            + bytes(transcript.messages().subList(0, context.countedMessages()));
    return Math.clamp(1.25 * context.counted() / Math.max(1, bytes), 0.125, 1);
  }

  /** Bytes of system text and tools. */
  static long frame(Transcript transcript, List<ToolSpec> tools) {
    long bytes = bytes(transcript.system());
    for (ToolSpec tool : tools) {
      bytes += bytes(tool.description()) + bytes(tool.schema());
    }
    return bytes;
  }

  static long bytes(List<Message> messages) {
    long bytes = 0;
    for (Message message : messages) {
      bytes += bytes(message);
    }
    return bytes;
  }

  static long bytes(Message message) {
    return switch (message) {
      case Message.User user -> bytes(user.text());
      case Message.ToolAnswer answer -> bytes(answer.result().text());
      case Message.Assistant assistant -> bytes(assistant.turn().raw());
    };
  }

  /** The length in UTF-8; half a surrogate pair counts as two. */
  static long bytes(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }
}
