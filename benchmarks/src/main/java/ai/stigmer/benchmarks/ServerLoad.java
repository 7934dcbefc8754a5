package ai.stigmer.benchmarks;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.benchmarks.ReplyServer.Play;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.store.SqliteJournal;
import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server with many runs and many readers at once, as a process of its own. Delays are from the
 * time of an entry, which is taken before its commit, to the reader's own; both are whole
 * milliseconds of the same clock.
 */
final class ServerLoad {
  private static final double TARGET_MILLIS = 50;
  private static final int WATCHED = 10;
  private static final int ROUNDS = 2;

  private final Path dist;
  private final int runs;
  private final int steps;

  /**
   * @param dist the folder that the launcher starts from
   * @param runs at once
   * @param steps of each
   */
  ServerLoad(Path dist, int runs, int steps) {
    this.dist = dist;
    this.runs = runs;
    this.steps = steps;
  }

  List<Figure> measure(Path folder) throws Exception {
    var figures = new ArrayList<Figure>();
    Loaded few = measure(folder.resolve("few"), Math.max(WATCHED, runs / 10), 10).getFirst();
    List<Loaded> hundred = measure(folder.resolve("hundred"), runs, 10);
    List<Loaded> many = measure(folder.resolve("many"), runs, 100);
    String target = ", entry to subscriber, p99 to 50 ms, ";
    String name = runs + " runs at once, 10 readers of each of ten" + target;
    figures.add(hundred.getFirst().of(name + "server just begun"));
    figures.add(hundred.getLast().of(name + "once more"));
    name = runs + " runs at once, 100 readers of each of ten" + target;
    figures.add(
        many.getFirst()
            .of(name + "server just begun")
            .with("with a tenth of runs and readers: p99, ms", few.p99()));
    figures.add(many.getLast().of(name + "once more"));
    figures.add(
        new Figure(
                "peak memory, " + runs + " runs to a tenth of them",
                many.getFirst().peak / few.peak,
                OptionalDouble.empty(),
                Map.of())
            .with("peak with " + runs + " runs, MB", many.getFirst().peak)
            .with("peak when they ran again, MB", many.getLast().peak)
            .with("peak with a tenth, MB", few.peak));
    return figures;
  }

  /** What was measured with all runs at once. */
  private record Loaded(
      int readers,
      Seen states,
      Seen events,
      int received,
      double peak,
      double cpu,
      double readersCpu,
      double took) {
    double p99() {
      return Numbers.percentile(states.delays(), 99);
    }

    Figure of(String name) {
      return Figure.of(name, p99(), TARGET_MILLIS, 1)
          .with("readers over gRPC", readers)
          .with("gRPC p50, ms", Numbers.percentile(states.delays(), 50))
          .with("gRPC p90, ms", Numbers.percentile(states.delays(), 90))
          .with("gRPC p99, ms", p99())
          .with("gRPC longest, ms", Numbers.percentile(states.delays(), 100))
          .with("gRPC entries with a delay", states.delays().size())
          .with("gRPC entries lost", states.lost())
          .with("gRPC results seen with a later one", states.joined())
          .with("gRPC states received", received)
          .with("SSE p50, ms", Numbers.percentile(events.delays(), 50))
          .with("SSE p99, ms", Numbers.percentile(events.delays(), 99))
          .with("SSE entries with a delay", events.delays().size())
          .with("SSE entries lost", events.lost())
          .with("SSE entries told twice", events.twice())
          .with("from the first run to the last end, s", took)
          .with("processor time of the server, s", cpu)
          .with("processor time of the readers, s", readersCpu);
    }
  }

  /** Who reads one run. */
  private record Watched(
      String id,
      Map<ByteString, ByteString> known,
      List<StateReader> states,
      List<EventReader> events) {

    /** Subscribes, and waits until each reader has seen something. */
    static Watched of(LoadedServer server, String id, int readers) throws Exception {
      var stub = server.client(AgentExecutionQueryControllerStub.class);
      var watched =
          new Watched(id, new ConcurrentHashMap<>(), new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < readers; i++) {
        watched.states.add(StateReader.of(stub, id, watched.known));
        if (i % 10 == 0) {
          watched.events.add(new EventReader(() -> server, id));
        }
      }
      return watched;
    }

    void awaitBegun() throws InterruptedException {
      for (StateReader reader : states) {
        reader.awaitBegun();
      }
      for (EventReader reader : events) {
        reader.awaitBegun();
      }
    }

    void await() throws InterruptedException {
      for (StateReader reader : states) {
        reader.await();
      }
      for (EventReader reader : events) {
        reader.await();
      }
    }
  }

  /** The same load twice on one server: which has just begun, and which has done it before. */
  private List<Loaded> measure(Path folder, int count, int readersOfOne) throws Exception {
    Files.createDirectories(folder);
    var loaded = new ArrayList<Loaded>();
    try (ServerProcess model = ServerProcess.start(new Play(steps, 1_000, 20, 50, "glob"));
        LoadedServer server =
            LoadedServer.start(dist, folder.resolve("home"), model.url(), "127.0.0.1:0")) {
      String agent = server.agent();
      for (int round = 1; round <= ROUNDS; round++) {
        loaded.add(load(server, agent, count, round, readersOfOne));
      }
      requireNoBugs(server);
    }
    return loaded;
  }

  /** Readers of ten of the runs see all their entries, while the others begin and run. */
  private Loaded load(LoadedServer server, String agent, int count, int round, int readersOfOne)
      throws Exception {
    double before = server.processorSeconds();
    double readersBefore = LoadedServer.ownProcessorSeconds();
    long begin = System.nanoTime();
    var watched = new ArrayList<Watched>();
    for (String id : server.create(agent, WATCHED)) {
      watched.add(Watched.of(server, id, readersOfOne));
    }
    for (Watched one : watched) {
      one.awaitBegun();
    }
    var _ = server.create(agent, count - WATCHED);
    server.awaitEnded((long) count * round);
    for (Watched one : watched) {
      one.await();
    }
    double took = (System.nanoTime() - begin) / 1e9;
    double cpu = server.processorSeconds() - before;
    double readersCpu = LoadedServer.ownProcessorSeconds() - readersBefore;
    var states = new ArrayList<Seen>();
    var events = new ArrayList<Seen>();
    try (Journal journal = SqliteJournal.open(server.journal(), InstantSource.system())) {
      for (Watched one : watched) {
        List<Recorded> entries = journal.read(one.id);
        var read = new HashMap<ByteString, StateReader.Progress>();
        one.known.keySet().forEach(state -> read.put(state, StateReader.Progress.of(state)));
        one.states.forEach(reader -> states.add(reader.seen(entries, read)));
        one.events.forEach(reader -> events.add(reader.seen(entries)));
      }
    }
    return new Loaded(
        states.size(),
        Seen.of(states),
        Seen.of(events),
        watched.stream().flatMap(one -> one.states.stream()).mapToInt(StateReader::states).sum(),
        server.peakMegabytes(),
        cpu,
        readersCpu,
        took);
  }

  static void requireNoBugs(LoadedServer server) throws Exception {
    if (!server.bugs().isEmpty()) {
      throw new IllegalStateException("the server says: " + server.bugs());
    }
  }
}
