package ai.stigmer.benchmarks;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The time to claim a run, which reads and checks all of it, by its length. */
final class ResumeTime {
  private static final double TARGET = 1.3;
  private static final int ROUNDS = 9;
  private static final int SHORTER = 4;

  private final int steps;

  ResumeTime(int steps) {
    this.steps = steps;
  }

  List<Figure> measure(Path folder) {
    try (var journal = SqliteJournal.open(folder.resolve("resume.db"), InstantSource.system())) {
      int fewer = steps / SHORTER;
      write(journal, "long", steps);
      write(journal, "short", fewer);
      double longRun = claim(journal, "long");
      double shortRun = claim(journal, "short");
      return List.of(
          Figure.of(
                  "claim per step, long run to a quarter of it",
                  longRun / steps,
                  shortRun / fewer,
                  TARGET)
              .with("steps", steps)
              .with("claim of the long run, ms", longRun / 1e6)
              .with("claim of the short run, ms", shortRun / 1e6));
    }
  }

  /** Of each step, an intent and an outcome with 2 KB of text. */
  private static void write(SqliteJournal journal, String run, int steps) {
    try (JournalWriter writer = journal.create(run, "me")) {
      for (int step = 0; step < steps; step++) {
        var call = new ToolCall("c" + step, "read_file", "{\"path\":\"a.txt\"}");
        writer.append(
            List.of(
                new JournalEntry.ToolIntent(call, EffectClass.READ, Optional.empty()),
                new JournalEntry.ToolOutcome(
                    call, new ToolResult(ToolResult.Status.OK, step + " line".repeat(400)))));
      }
    }
  }

  /** Nanoseconds, of the median round. */
  private static double claim(SqliteJournal journal, String run) {
    var times = new ArrayList<Double>();
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      try (JournalWriter writer = journal.claim(run, "me")) {
        times.add((double) (System.nanoTime() - start));
        if (writer.before().isEmpty()) {
          throw new IllegalStateException("the run has no entries");
        }
      }
    }
    return Numbers.median(times);
  }
}
