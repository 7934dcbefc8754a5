package ai.stigmer.benchmarks;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.benchmarks.ReplyServer.Play;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A server with many runs and many readers at once, as a process of its own. Delays are from the
 * time of an entry, which is taken before its commit, to the reader's own; both are whole
 * milliseconds of the same clock.
 */
final class ServerLoad {
  private static final double TARGET_MILLIS = 50;
  private static final int WATCHED = 10;

  private final int runs;
  private final int steps;

  /**
   * @param runs at once
   * @param steps of each
   */
  ServerLoad(int runs, int steps) {
    this.runs = runs;
    this.steps = steps;
  }

  List<Figure> measure(Path folder) throws Exception {
    var figures = new ArrayList<Figure>();
    Loaded few = load(folder.resolve("few"), Math.max(WATCHED, runs / 10), 10);
    Loaded many = load(folder.resolve("many"), runs, 100);
    figures.add(
        many.of(runs + " runs at once, entry to subscriber, p99 to 50 ms")
            .with("with a tenth of runs and readers: p99, ms", few.p99()));
    figures.add(
        new Figure(
                "peak memory, " + runs + " runs to a tenth of them",
                many.peak / few.peak,
                OptionalDouble.empty(),
                Map.of())
            .with("peak with " + runs + " runs, MB", many.peak)
            .with("peak with a tenth, MB", few.peak));
    return figures;
  }

  /** What was measured with all runs at once. */
  private record Loaded(
      int readers, Seen states, Seen events, int joined, int received, double peak, double cpu) {
    double p99() {
      return Numbers.percentile(states.delays(), 99);
    }

    Figure of(String name) {
      return Figure.of(name, p99(), TARGET_MILLIS, 1)
          .with("readers over gRPC", readers)
          .with("gRPC p50, ms", Numbers.percentile(states.delays(), 50))
          .with("gRPC p99, ms", p99())
          .with("gRPC longest, ms", Numbers.percentile(states.delays(), 100))
          .with("gRPC entries seen", states.delays().size())
          .with("gRPC entries lost", states.lost())
          .with("gRPC results seen with a later one", joined)
          .with("gRPC states received", received)
          .with("SSE p50, ms", Numbers.percentile(events.delays(), 50))
          .with("SSE p99, ms", Numbers.percentile(events.delays(), 99))
          .with("SSE entries seen", events.delays().size())
          .with("SSE entries lost", events.lost())
          .with("SSE entries told twice", events.twice())
          .with("processor time of the server, s", cpu);
    }
  }

  /** Readers of ten of the runs see all their entries. */
  private Loaded load(Path folder, int count, int readersOfOne) throws Exception {
    Files.createDirectories(folder);
    var states = new ArrayList<List<StateReader>>();
    var events = new ArrayList<List<EventReader>>();
    List<String> ids;
    double peak;
    double cpu;
    try (ServerProcess model = ServerProcess.start(new Play(steps, 1_000, 20, 50, "glob"));
        LoadedServer server =
            LoadedServer.start(folder.resolve("home"), model.url(), "127.0.0.1:0")) {
      ids = server.create(server.agent(), count);
      var stub = server.client(AgentExecutionQueryControllerStub.class);
      for (String id : ids.subList(0, WATCHED)) {
        var ofRun = new ArrayList<StateReader>();
        var heard = new ArrayList<EventReader>();
        for (int i = 0; i < readersOfOne; i++) {
          ofRun.add(StateReader.of(stub, id));
          if (i % 10 == 0) {
            heard.add(new EventReader(() -> server, id));
          }
        }
        states.add(ofRun);
        events.add(heard);
      }
      double before = server.processorSeconds();
      server.awaitEnded(count);
      for (List<StateReader> ofRun : states) {
        for (StateReader reader : ofRun) {
          reader.await();
        }
      }
      for (List<EventReader> ofRun : events) {
        for (EventReader reader : ofRun) {
          reader.await();
        }
      }
      cpu = server.processorSeconds() - before;
      peak = server.peakMegabytes();
      requireNoBugs(server);
    }
    var seen = new ArrayList<Seen>();
    var told = new ArrayList<Seen>();
    try (Journal journal =
        SqliteJournal.open(folder.resolve("home/stigmer.db"), InstantSource.system())) {
      for (int i = 0; i < WATCHED; i++) {
        var entries = journal.read(ids.get(i));
        states.get(i).forEach(reader -> seen.add(reader.seen(entries)));
        events.get(i).forEach(reader -> told.add(reader.seen(entries)));
      }
    }
    List<StateReader> all = states.stream().flatMap(List::stream).toList();
    return new Loaded(
        all.size(),
        Seen.of(seen),
        Seen.of(told),
        all.stream().mapToInt(StateReader::joined).sum(),
        all.stream().mapToInt(StateReader::states).sum(),
        peak,
        cpu);
  }

  static void requireNoBugs(LoadedServer server) throws Exception {
    if (!server.bugs().isEmpty()) {
      throw new IllegalStateException("the server says: " + server.bugs());
    }
  }
}
