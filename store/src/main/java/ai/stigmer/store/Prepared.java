package ai.stigmer.store;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.store.Blobs.Blob;
import ai.stigmer.store.Blobs.Cut;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries as they will stand in a store. Made on the thread that appends, so that whoever holds the
 * database only writes.
 *
 * @param time in milliseconds since 1970
 * @param end where the run ends with them
 */
record Prepared(long time, List<Line> lines, End end) {

  /**
   * One row.
   *
   * @param parts as in {@link Cut}
   */
  record Line(End at, String body, @Nullable String parts, List<Blob> blobs) {}

  /** The end of a run: how many entries it has, and the hash of the last one. */
  record End(long seq, String hash) {

    /** Where a run ends that was read. */
    static End of(Chain chain) {
      return new End(chain.entries().size(), chain.hash());
    }
  }

  /** Entries behind the end of a run. */
  static Prepared behind(End end, long time, List<JournalEntry> entries) {
    var lines = new ArrayList<Line>();
    End at = end;
    for (JournalEntry entry : entries) {
      String text = EntryCodec.encode(entry);
      long seq = at.seq() + 1;
      at = new End(seq, EntryChain.next(at.hash(), seq, time, text));
      Cut cut = Blobs.cut(text);
      lines.add(new Line(at, cut.body(), cut.parts(), cut.blobs()));
    }
    return new Prepared(time, lines, at);
  }
}
