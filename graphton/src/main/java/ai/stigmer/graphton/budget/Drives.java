package ai.stigmer.graphton.budget;

import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** When the runs of a tree were being driven, as far as their journals tell. */
final class Drives {

  /** From the first entry of a drive to its last one. */
  private record Drive(Instant from, Instant until) {}

  private final List<Drive> all = new ArrayList<>();

  private Drives() {}

  /** The time in which at least one run of the tree was being driven. */
  static Duration time(List<Recorded> root, Function<String, List<Recorded>> journalOf) {
    var drives = new Drives();
    drives.add(root, journalOf);
    drives.all.sort(Comparator.comparing(Drive::from));
    Duration time = Duration.ZERO;
    Instant counted = Instant.MIN;
    for (Drive drive : drives.all) {
      Instant from = drive.from().isAfter(counted) ? drive.from() : counted;
      if (drive.until().isAfter(from)) {
        time = time.plus(Duration.between(from, drive.until()));
        counted = drive.until();
      }
    }
    return time;
  }

  private void add(List<Recorded> entries, Function<String, List<Recorded>> journalOf) {
    int begin = 0;
    for (int i = 0; i < entries.size(); i++) {
      boolean isLast = i + 1 == entries.size();
      if (isLast || entries.get(i + 1).entry() instanceof RunResumed) {
        all.add(new Drive(entries.get(begin).time(), entries.get(i).time()));
        begin = i + 1;
      }
      if (entries.get(i).entry() instanceof ChildStarted child) {
        add(journalOf.apply(child.childRunId()), journalOf);
      }
    }
  }
}
