package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ResultKept;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.KeptResults;
import java.util.Optional;
import java.util.function.LongSupplier;

/*
 * The results of one turn have to fit the window together with what stands before them, so the calls of a turn share
 * a third of it. What is cut is kept whole in the journal and not in a file: it is there on every machine that can go
 * on with the run, goes with a fork, and leaves with the run.
 */
/** Cuts results that are too long for the model, and says where the rest is. */
final class LongResults {
  /** About 20,000 tokens, the size from which the deep-agents convention keeps results apart. */
  private static final int MOST = 80_000;

  private static final int LEAST = 2_000;

  /** At two bytes for a token. */
  private static final double CHARACTERS_FOR_A_TOKEN_OF_THE_WINDOW = 2.0 / 3;

  /** Beyond it not even the journal keeps a result whole. */
  private static final int MOST_KEPT = 16 << 20;

  private static final String READER = "read_file";

  private final LongSupplier window;
  private final boolean readable;

  /**
   * @param window the context window in tokens
   * @param readable whether the model can read what is kept
   */
  LongResults(LongSupplier window, boolean readable) {
    this.window = window;
    this.readable = readable;
  }

  static boolean isReader(String tool) {
    return tool.equals(READER);
  }

  /** What the model is told, and what is kept besides. */
  record Told(ToolResult result, Optional<ResultKept> kept) {

    /** The outcome, and before it what is kept. */
    JournalEntry[] with(ToolOutcome outcome) {
      return kept.isPresent()
          ? new JournalEntry[] {kept.get(), outcome}
          : new JournalEntry[] {outcome};
    }
  }

  /** A page of a file is not kept: the file is there, and a smaller page can be had. */
  Told cut(ToolCall call, ToolResult result, Transcript before) {
    int most = most(before.callsUnderWay());
    if (result.text().length() <= most) {
      return new Told(result, Optional.empty());
    }
    if (isReader(call.name())) {
      return new Told(
          shortened(result, most, "; read fewer lines at once with limit"), Optional.empty());
    }
    String name = KeptResults.FOLDER + before.turns() + "-" + call.id().replaceAll("[^\\w-]", "_");
    String text =
        result.text().length() <= MOST_KEPT ? result.text() : ends(result.text(), MOST_KEPT, "");
    String where =
        readable ? "; the whole is there, page by page: read_file file_path=" + name : "";
    return new Told(
        shortened(result, most, where), Optional.of(new ResultKept(call.id(), name, text)));
  }

  private int most(int calls) {
    double share = window.getAsLong() * CHARACTERS_FOR_A_TOKEN_OF_THE_WINDOW / Math.max(1, calls);
    return Math.clamp((long) share, LEAST, MOST);
  }

  private static ToolResult shortened(ToolResult result, int most, String where) {
    return new ToolResult(result.status(), ends(result.text(), most, where));
  }

  private static String ends(String text, int most, String where) {
    int half = most / 2;
    int head = Character.isHighSurrogate(text.charAt(half - 1)) ? half - 1 : half;
    int tail = text.length() - half;
    tail = Character.isLowSurrogate(text.charAt(tail)) ? tail + 1 : tail;
    return text.substring(0, head)
        + "\n[… "
        + (tail - head)
        + " characters were cut here"
        + where
        + " …]\n"
        + text.substring(tail);
  }
}
