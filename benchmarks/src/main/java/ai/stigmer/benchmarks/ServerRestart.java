package ai.stigmer.benchmarks;

import ai.stigmer.benchmarks.ReplyServer.Play;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code kill -9} of a server with all its runs alive: what the next one makes of them, and readers
 * who come back.
 */
final class ServerRestart {
  private static final int WATCHED = 10;

  private final Path dist;
  private final int runs;
  private final int steps;

  ServerRestart(Path dist, int runs, int steps) {
    this.dist = dist;
    this.runs = runs;
    this.steps = steps;
  }

  List<Figure> measure(Path folder) throws Exception {
    Files.createDirectories(folder);
    Path home = folder.resolve("home");
    var readers = new ArrayList<EventReader>();
    List<String> ids;
    double ready;
    double live;
    double rss;
    long restarted;
    try (ServerProcess model = ServerProcess.start(new Play(steps, 1_000, 20, 50, "glob"))) {
      LoadedServer first = LoadedServer.start(dist, home, model.url(), "127.0.0.1:0");
      var now = new AtomicReference<>(first);
      try {
        ids = first.create(first.agent(), runs);
        for (String id : ids.subList(0, Math.min(runs, WATCHED))) {
          readers.add(new EventReader(now::get, id));
        }
        awaitSteps(first.journal(), ids);
        live = first.liveMegabytes();
        rss = first.megabytes();
      } finally {
        first.kill();
      }
      long before = first.ended();
      restarted = System.currentTimeMillis();
      long begin = System.nanoTime();
      try (LoadedServer second = LoadedServer.start(dist, home, model.url(), first.authority())) {
        ready = (System.nanoTime() - begin) / 1e9;
        now.set(second);
        second.awaitEnded(runs - before);
        for (EventReader reader : readers) {
          reader.await();
        }
        ServerLoad.requireNoBugs(second);
      } finally {
        first.close();
      }
    }
    return List.of(
        told(home, ids, readers, restarted)
            .with("ready again after, s", ready)
            .with("heap in use with all runs alive, MB", live)
            .with("resident then, MB", rss));
  }

  /** Waits until every run has done a step, and none can be over. */
  private static void awaitSteps(Path file, List<String> ids) throws Exception {
    try (Journal journal = SqliteJournal.open(file, InstantSource.system())) {
      for (String id : ids) {
        while (!hasStep(journal, id)) {
          Thread.sleep(50);
        }
      }
    }
  }

  private static boolean hasStep(Journal journal, String id) {
    try {
      return journal.read(id).stream().anyMatch(one -> one.entry() instanceof ToolOutcome);
    } catch (ProblemException e) {
      if (e.problem().code().equals("E501")) {
        // It is stored, and has not begun.
        return false;
      }
      throw e;
    }
  }

  private Figure told(Path home, List<String> ids, List<EventReader> readers, long restarted)
      throws Exception {
    var delays = new ArrayList<Double>();
    var told = new ArrayList<Seen>();
    int lost = 0;
    int doubled = 0;
    int alive = 0;
    try (Journal journal = SqliteJournal.open(home.resolve("stigmer.db"), InstantSource.system())) {
      for (String id : ids) {
        List<Recorded> entries = journal.read(id);
        lost += isWhole(entries) ? 0 : 1;
        doubled += doubled(entries);
        var goneOn =
            entries.stream()
                .filter(one -> one.time().toEpochMilli() >= restarted)
                .filter(one -> one.entry() instanceof JournalEntry.RunResumed)
                .findFirst();
        alive += goneOn.isPresent() ? 1 : 0;
        goneOn.ifPresent(one -> delays.add((one.time().toEpochMilli() - restarted) / 1e3));
      }
      for (int i = 0; i < readers.size(); i++) {
        told.add(readers.get(i).seen(journal.read(ids.get(i))));
      }
    }
    if (delays.isEmpty()) {
      // All were over before the kill.
      delays.add(0.0);
    }
    Seen seen = Seen.of(told);
    return new Figure(
            "lost of " + runs + " runs after kill -9, and 1",
            lost + 1,
            OptionalDouble.of(1),
            Map.of())
        .with("alive at the kill and gone on with", alive)
        .with("not whole at their end", lost)
        .with("steps done twice", doubled)
        .with("first one gone on with after, s", Numbers.percentile(delays, 1))
        .with("last one gone on with after, s", Numbers.percentile(delays, 100))
        .with("entries lost by readers that came back", seen.lost())
        .with("entries told twice", seen.twice());
  }

  /** How many results are of a call that has one already. */
  private static int doubled(List<Recorded> entries) {
    List<String> calls =
        entries.stream()
            .map(Recorded::entry)
            .filter(ToolOutcome.class::isInstance)
            .map(entry -> ((ToolOutcome) entry).call().arguments())
            .toList();
    return calls.size() - Set.copyOf(calls).size();
  }

  /** Whether each step was done once and the run came to its good end. */
  private boolean isWhole(List<Recorded> entries) {
    Set<String> calls = new HashSet<>();
    int outcomes = 0;
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof ToolOutcome outcome) {
        calls.add(outcome.call().arguments());
        outcomes++;
      }
    }
    return calls.size() == steps
        && outcomes == steps
        && entries.getLast().entry() instanceof JournalEntry.RunFinished(RunEnd.Completed _);
  }
}
