package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.journal.Recorded;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a journal can be cut so that what stands before is a whole run: behind an entry at which
 * every call of the model has its outcome. Anywhere else a call would be copied whose effect may or
 * may not have happened, or a conversation that no provider accepts.
 */
public final class Checkpoints {
  private Checkpoints() {}

  /** Whether the first {@code at} entries are a whole run; {@code at} counts from 1. */
  public static boolean isValid(List<Recorded> entries, long at) {
    return at >= 1 && at <= entries.size() && valid(entries).contains(at);
  }

  /** All places where the journal can be cut, as numbers of entries, ascending. */
  public static List<Long> valid(List<Recorded> entries) {
    var valid = new ArrayList<Long>();
    Transcript transcript = Transcript.EMPTY;
    for (Recorded recorded : entries) {
      transcript = transcript.plus(recorded.entry());
      if (transcript.pending().isEmpty()) {
        valid.add(recorded.seq());
      }
    }
    return valid;
  }

  /** The same for people: {@code 1, 4, 8-10}. */
  public static String inWords(List<Recorded> entries) {
    var words = new ArrayList<String>();
    List<Long> valid = valid(entries);
    int first = 0;
    for (int i = 0; i < valid.size(); i++) {
      boolean last = i + 1 == valid.size() || valid.get(i + 1) != valid.get(i) + 1;
      if (last) {
        words.add(
            valid.get(first) + (first == i ? "" : (i == first + 1 ? ", " : "-") + valid.get(i)));
        first = i + 1;
      }
    }
    return String.join(", ", words);
  }
}
