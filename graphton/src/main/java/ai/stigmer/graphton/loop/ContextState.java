package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.WorkLog;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.Usage;

/**
 * What a transcript knows of its size.
 *
 * @param counted tokens of the prompt up to and with the counted messages; 0 while nobody counted
 * @param countedMessages how many messages they are
 * @param leftOut answers of the model that a summary stands for
 * @param tries summaries that were asked for since the last answer
 * @param compactions how often a summary took the place of messages
 * @param log what the tools did in the messages that are not shown any more
 */
record ContextState(
    long counted, int countedMessages, int leftOut, int tries, int compactions, WorkLog log) {
  static final ContextState NEW = new ContextState(0, 0, 0, 0, 0, WorkLog.NOTHING);

  /** Beyond any context window; a server that counts nonsense must not overflow a sum. */
  private static final long MOST = 1L << 40;

  /** An answer that the window cut is no progress: the tries before it still count. */
  ContextState plusTurn(ModelTurn turn, int messages) {
    int left = turn.stop() == StopReason.CONTEXT_FULL ? tries : 0;
    return turn.usage().equals(Usage.NONE)
        ? new ContextState(counted, countedMessages, leftOut, left, compactions, log)
        : new ContextState(tokens(turn.usage()), messages, leftOut, left, compactions, log);
  }

  /** Somebody chose to go on after an end. */
  ContextState resumed(int messages) {
    return new ContextState(
        counted, Math.min(countedMessages, messages), leftOut, 0, compactions, log);
  }

  ContextState failed() {
    return new ContextState(counted, countedMessages, leftOut, tries + 1, compactions, log);
  }

  /** A summary took the place of messages with so many answers; so many messages are left. */
  ContextState plus(JournalEntry.Compacted compacted, int answers, int messages) {
    return new ContextState(
        compacted.after(),
        messages,
        leftOut + answers,
        tries + 1,
        compactions + 1,
        compacted.log());
  }

  private static long tokens(Usage usage) {
    return Math.min(MOST, usage.input())
        + Math.min(MOST, usage.cacheRead())
        + Math.min(MOST, usage.cacheWrite())
        + Math.min(MOST, usage.output());
  }
}
