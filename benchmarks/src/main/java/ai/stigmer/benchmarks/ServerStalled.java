package ai.stigmer.benchmarks;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.benchmarks.ReplyServer.Play;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/*
 * The floor has no readers at all, because nothing else says what those that stand still cost. Runs are so long that a
 * stream over gRPC has stood still for most of them. Readers of server-sent events cannot be made to stand still in such a
 * run, as the system's buffers take all that there is to tell: they are served, and are a figure of their own.
 */
/** What readers that do not read cost the runs that they follow. */
final class ServerStalled {
  private static final double TARGET_STALLED = 1.05;
  private static final int WATCHED = 10;
  private static final int STALLED = 100;
  private static final int STEPS = 60;

  /** Rounds that do not count. */
  private static final int COMPILING = 2;

  private final Path dist;
  private final int runs;
  private final int pairs;

  /**
   * @param dist the folder that the launcher starts from
   * @param runs at once, 10 or more
   * @param pairs of blocks that count, of each kind
   */
  ServerStalled(Path dist, int runs, int pairs) {
    this.dist = dist;
    this.runs = Math.max(WATCHED, runs);
    this.pairs = pairs;
  }

  /** Who follows the runs of a block. */
  private enum Readers {
    NONE,
    GRPC,
    EVENTS
  }

  /** Blocks of runs as fast as they go, with and without readers that do not read, in turn. */
  List<Figure> measure(Path folder) throws Exception {
    var blocks = new EnumMap<Readers, List<double[]>>(Readers.class);
    double skipped;
    try (ServerProcess model = ServerProcess.start(new Play(STEPS, 0, 20, 0, "glob"));
        LoadedServer server =
            LoadedServer.start(dist, folder.resolve("home"), model.url(), "127.0.0.1:0")) {
      String agent = server.agent();
      int kinds = Readers.values().length;
      for (int i = 0; i < kinds * (COMPILING + pairs); i++) {
        // The order changes from round to round, so that none is always the warmer one.
        Readers readers = Readers.values()[(i + i / kinds) % kinds];
        double[] block = block(server, agent, i, readers);
        if (i >= kinds * COMPILING) {
          blocks.computeIfAbsent(readers, key -> new ArrayList<>()).add(block);
        }
      }
      ServerLoad.requireNoBugs(server);
      skipped = server.metric("stigmer_subscriber_states_skipped");
    }
    return List.of(
        figure(
                "over gRPC that do not read, time of runs",
                blocks,
                Readers.GRPC,
                OptionalDouble.of(TARGET_STALLED))
            .with("states that they were not sent, all blocks", skipped),
        figure(
            "of events and feeds that do not read, time of runs",
            blocks,
            Readers.EVENTS,
            OptionalDouble.empty()));
  }

  private Figure figure(
      String what,
      EnumMap<Readers, List<double[]>> blocks,
      Readers readers,
      OptionalDouble target) {
    double wall = median(blocks, readers, 0);
    double floor = median(blocks, Readers.NONE, 0);
    double cpu = median(blocks, readers, 1);
    double cpuFloor = median(blocks, Readers.NONE, 1);
    double all = (double) runs * (STEPS + 1);
    return new Figure(STALLED + " readers " + what, wall / floor, target, Map.of())
        .with("steps a second with them", all / wall)
        .with("steps a second without", all / floor)
        .with("processor time a step with them, ms", cpu / all * 1e3)
        .with("processor time a step without, ms", cpuFloor / all * 1e3)
        .with("ratio of processor times", cpu / cpuFloor);
  }

  private static double median(
      EnumMap<Readers, List<double[]>> blocks, Readers readers, int which) {
    return Numbers.median(
        blocks.getOrDefault(readers, List.of()).stream().map(block -> block[which]).toList());
  }

  /** Seconds and seconds of processor time until all runs of a block have ended. */
  private double[] block(LoadedServer server, String agent, int number, Readers readers)
      throws Exception {
    var stub = server.client(AgentExecutionQueryControllerStub.class);
    var sockets = new ArrayList<Socket>();
    var calls = new ArrayList<StateReader.Stalled>();
    double cpu = server.processorSeconds();
    long begin = System.nanoTime();
    List<String> ids = server.create(agent, runs);
    for (int i = 0; i < STALLED; i++) {
      String id = ids.get(i % WATCHED);
      switch (readers) {
        case NONE -> {}
        case GRPC -> calls.add(StateReader.stalled(stub, id));
        case EVENTS ->
            sockets.add(
                EventReader.stalled(
                    server,
                    "/api/executions/" + id + (i / WATCHED % 2 == 0 ? "/events" : "/feed")));
      }
    }
    server.awaitEnded((number + 1L) * runs);
    double took = (System.nanoTime() - begin) / 1e9;
    cpu = server.processorSeconds() - cpu;
    calls.forEach(StateReader.Stalled::cancel);
    for (Socket socket : sockets) {
      socket.close();
    }
    return new double[] {took, cpu};
  }
}
