package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.model.ModelRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a conversation may be cut for a summary: the first message stays, and so does the end that
 * the model has not answered yet; no call is parted from its results, and no answer from the pause
 * in its middle.
 */
final class Compaction {
  /** Without the first message there is no task, and what stands for others stands behind it. */
  private static final int FIRST = 2;

  private Compaction() {}

  /** The messages without an answer at the end that the context window cut. */
  static List<Message> usable(List<Message> messages) {
    return !messages.isEmpty()
            && messages.getLast() instanceof Message.Assistant(ModelTurn turn)
            && turn.stop() == StopReason.CONTEXT_FULL
        ? messages.subList(0, messages.size() - 1)
        : messages;
  }

  /** Whether there is anything that a summary could stand for. */
  static boolean isPossible(Transcript transcript) {
    return replaced(transcript.messages(), 0) > 0;
  }

  /**
   * How many messages behind the first one a summary may stand for, when the messages that are kept
   * behind them have at most so many bytes, or are as few as can be; 0 when there is nothing to
   * summarise but an earlier summary.
   */
  static int replaced(List<Message> messages, long keptBytes) {
    List<Message> whole = usable(messages);
    int cut = lastStart(whole);
    long bytes = PromptEstimate.bytes(whole.subList(cut, whole.size()));
    for (int i = cut - 1; i >= FIRST; i--) {
      bytes += PromptEstimate.bytes(whole.get(i));
      if (bytes > keptBytes) {
        break;
      }
      cut = isStart(whole, i) ? i : cut;
    }
    boolean worthIt = cut >= FIRST && ModelRequest.answers(whole.subList(1, cut)) > 0;
    return worthIt ? cut - 1 : 0;
  }

  /** Where the end begins that must stay: the last turn with all that stands behind it. */
  private static int lastStart(List<Message> messages) {
    int start = messages.size() - 1;
    while (start > 0
        && !(messages.get(start) instanceof Message.Assistant && isStart(messages, start))) {
      start--;
    }
    return start;
  }

  private static boolean isStart(List<Message> messages, int at) {
    boolean answers = messages.get(at) instanceof Message.ToolAnswer;
    boolean goesOn =
        at > 0
            && messages.get(at - 1) instanceof Message.Assistant(ModelTurn turn)
            && turn.stop() == StopReason.PAUSE;
    return !answers && !goesOn;
  }

  /**
   * Kept messages behind others than before. The last turn stays as it is: with open calls a
   * provider wants its thinking back, and leaves it out by itself where it holds no more.
   */
  static List<Message> moved(List<Message> kept, List<String> unbound) {
    var moved = new ArrayList<Message>(kept.size());
    boolean last = true;
    for (Message message : kept.reversed()) {
      moved.addFirst(last ? message : unbound(message, unbound));
      last &= !(message instanceof Message.Assistant);
    }
    return moved;
  }

  private static Message unbound(Message message, List<String> unbound) {
    if (!(message instanceof Message.Assistant(ModelTurn turn))
        || !unbound.contains(turn.provider())) {
      return message;
    }
    List<Block> blocks =
        turn.blocks().stream().filter(block -> !(block instanceof Block.Thinking)).toList();
    return new Message.Assistant(
        new ModelTurn(turn.provider(), turn.model(), "{}", blocks, turn.usage(), turn.stop()));
  }
}
