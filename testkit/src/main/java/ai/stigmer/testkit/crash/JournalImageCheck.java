package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Judges the journal of a {@link JournalWorkload}: it opens, holds every entry that was promised,
 * holds of each append all or nothing and nothing else, and can be gone on with.
 */
public final class JournalImageCheck implements ImageCheck {
  private static final int MOST_RUNS = 100;
  private static final int GO_ON_EACH = 8;

  private final JournalInFolder journals;
  private final AtomicLong judged = new AtomicLong();

  public JournalImageCheck(JournalInFolder journals) {
    this.journals = journals;
  }

  @Override
  public void check(Path folder, List<String> said) {
    Map<String, Long> promised = new HashMap<>();
    Map<String, Set<Long>> tried = new HashMap<>();
    for (String line : said) {
      String[] words = line.split(" ", -1);
      if (words[0].equals("appended")) {
        promised.put(words[1], Long.parseLong(words[2]));
      } else if (words[0].equals("trying")) {
        tried
            .computeIfAbsent(words[1], _ -> new HashSet<>(Set.of(0L)))
            .add(Long.parseLong(words[2]));
      }
    }
    try (Journal journal = journals.open(folder)) {
      Map<String, Long> missing = new HashMap<>(promised);
      for (RunSummary run : journal.list(MOST_RUNS)) {
        long found = checked(journal.read(run.runId()), run.runId());
        long least = missing.getOrDefault(run.runId(), 0L);
        missing.remove(run.runId());
        if (found < least) {
          throw new AssertionError(
              "run " + run.runId() + " has " + found + " entries, promised were " + least);
        }
        if (!tried.getOrDefault(run.runId(), Set.of(0L)).contains(found)) {
          throw new AssertionError("run " + run.runId() + " has part of an append: " + found);
        }
      }
      if (!missing.isEmpty()) {
        throw new AssertionError("these promised runs are gone: " + missing);
      }
      if (judged.getAndIncrement() % GO_ON_EACH == 0) {
        goOn(journal);
      }
    }
  }

  private static long checked(List<Recorded> entries, String run) {
    for (Recorded each : entries) {
      if (!each.entry().equals(JournalWorkload.entry(run, each.seq()))) {
        throw new AssertionError("run " + run + " has another entry " + each.seq());
      }
    }
    return entries.size();
  }

  private static void goOn(Journal journal) {
    for (RunSummary run : journal.list(MOST_RUNS)) {
      try (JournalWriter writer = journal.claim(run.runId(), "after the cut")) {
        long next = writer.before().size() + 1L;
        writer.append(List.of(JournalWorkload.entry(run.runId(), next)));
        if (checked(journal.read(run.runId()), run.runId()) != next) {
          throw new AssertionError("run " + run.runId() + " cannot be gone on with");
        }
      }
    }
  }
}
