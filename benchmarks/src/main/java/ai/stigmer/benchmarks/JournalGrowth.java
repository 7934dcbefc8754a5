package ai.stigmer.benchmarks;

import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.store.SqliteJournal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** Bytes of the journal per step, in the first and in the last quarter of a long run. */
final class JournalGrowth {
  private static final double TARGET = 1.05;

  private final int steps;

  JournalGrowth(int steps) {
    this.steps = steps;
  }

  List<Figure> measure(Path folder) throws Exception {
    Path file = folder.resolve("growth.db");
    String runId = "growth";
    try (ServerProcess server = ServerProcess.start(steps, 0);
        ChatModel model = StepOverhead.model(server.url());
        Journal journal = SqliteJournal.open(file, InstantSource.system())) {
      Graphton.with(model).journal(journal).run(StepOverhead.agent(steps), "go", runId);
      List<Recorded> entries = journal.read(runId);
      double first = bytes(entries, 0, entries.size() / 4);
      double last = bytes(entries, entries.size() * 3 / 4, entries.size());
      long size = Files.size(file) + Files.size(Path.of(file + "-wal"));
      return List.of(
          Figure.of("journal per step, last quarter to first", last, first, TARGET)
              .with("entries", entries.size())
              .with("first quarter, bytes per step", first * 4 / steps)
              .with("last quarter, bytes per step", last * 4 / steps)
              .with("file and log, bytes per step", (double) size / steps));
    }
  }

  private static double bytes(List<Recorded> entries, int from, int to) {
    return entries.subList(from, to).stream()
        .mapToLong(
            entry -> EntryCodec.encode(entry.entry()).getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }
}
