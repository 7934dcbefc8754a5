package ai.stigmer.benchmarks;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.benchmarks.ReplyServer.Play;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What readers that do not read cost the runs that they follow. */
final class ServerStalled {
  private static final double TARGET_STALLED = 1.05;
  private static final int WATCHED = 10;
  private static final int STALLED = 100;
  private static final int STEPS = 25;

  private final int runs;
  private final int pairs;

  /**
   * @param runs at once, 10 or more
   * @param pairs of blocks
   */
  ServerStalled(int runs, int pairs) {
    this.runs = Math.max(WATCHED, runs);
    this.pairs = pairs;
  }

  /** Blocks of runs as fast as they go, with and without readers that do not read, in turn. */
  List<Figure> measure(Path folder) throws Exception {
    var with = new ArrayList<double[]>();
    var without = new ArrayList<double[]>();
    try (ServerProcess model = ServerProcess.start(new Play(STEPS, 0, 20, 0, "glob"));
        LoadedServer server =
            LoadedServer.start(folder.resolve("home"), model.url(), "127.0.0.1:0")) {
      String agent = server.agent();
      int blocks = 2 * (pairs + 2);
      for (int i = 0; i < blocks; i++) {
        // The order changes from pair to pair, so that neither is always the warmer one.
        boolean isStalled = i % 4 == 1 || i % 4 == 2;
        double[] block = block(server, agent, i, isStalled ? STALLED : 0);
        // The first pairs compile both.
        if (i >= 4) {
          (isStalled ? with : without).add(block);
        }
      }
      ServerLoad.requireNoBugs(server);
    }
    double wall = Numbers.median(with.stream().map(block -> block[0]).toList());
    double wallWithout = Numbers.median(without.stream().map(block -> block[0]).toList());
    double cpu = Numbers.median(with.stream().map(block -> block[1]).toList());
    double cpuWithout = Numbers.median(without.stream().map(block -> block[1]).toList());
    double all = (double) runs * (STEPS + 1);
    return List.of(
        Figure.of(
                STALLED + " readers that do not read, time of runs",
                wall,
                wallWithout,
                TARGET_STALLED)
            .with("steps a second with them", all / wall)
            .with("steps a second without", all / wallWithout)
            .with("processor time a step with them, ms", cpu / all * 1e3)
            .with("processor time a step without, ms", cpuWithout / all * 1e3)
            .with("ratio of processor times", cpu / cpuWithout));
  }

  /** Seconds and seconds of processor time until all runs of a block have ended. */
  private double[] block(LoadedServer server, String agent, int number, int stalled)
      throws Exception {
    var stub = server.client(AgentExecutionQueryControllerStub.class);
    var sockets = new ArrayList<Socket>();
    var calls = new ArrayList<StateReader.Stalled>();
    double cpu = server.processorSeconds();
    long begin = System.nanoTime();
    List<String> ids = server.create(agent, runs);
    for (int i = 0; i < stalled; i++) {
      String id = ids.get(i % WATCHED);
      switch (i % 4) {
        case 0 -> sockets.add(EventReader.stalled(server, "/api/executions/" + id + "/events"));
        case 1 -> sockets.add(EventReader.stalled(server, "/api/executions/" + id + "/feed"));
        default -> calls.add(StateReader.stalled(stub, id));
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
