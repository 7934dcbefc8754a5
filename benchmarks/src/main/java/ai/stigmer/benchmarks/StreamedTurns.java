package ai.stigmer.benchmarks;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What a provider module costs on a streamed turn, for each wire format: processor time against a
 * bare client that cuts the same bytes into lines, and the time from the server's writing of a
 * delta to its arrival at the subscriber. Ours and the bare client send the same request, read on
 * the calling thread and take turns; the server is another process.
 *
 * <p>The two processes' times are compared as they are: {@link System#nanoTime} counts from one
 * origin for all processes of a machine, on Linux that of {@code CLOCK_MONOTONIC}. An arrival
 * before its sending would show that this does not hold, and ends the measurement.
 */
final class StreamedTurns {
  /** Longer than any of the clients needs for a delta, so that each finds them waiting. */
  private static final Duration GAP = Duration.ofNanos(500_000);

  private static final int BLOCKS = 5;
  private static final int WARM_UP = 2;
  private static final int TURNS_PER_PACED = 10;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ModelRequest REQUEST =
      new ModelRequest(
          "You write at length.",
          List.of(new Message.User("Write two thousand words.")),
          List.of());

  private final int deltas;
  private final int turns;
  private final String text;

  /**
   * @param deltas of a turn
   * @param turns of each of the {@value #BLOCKS} blocks that the processor time is taken of
   */
  StreamedTurns(int deltas, int turns) {
    this.deltas = deltas;
    this.turns = turns;
    text = WireFormat.text(deltas);
  }

  List<Figure> measure() throws Exception {
    var figures = new ArrayList<Figure>();
    for (WireFormat format : WireFormat.values()) {
      byte[] request = request(format, deltas);
      figures.add(cost(format, request));
      figures.add(delay(format, request));
    }
    return figures;
  }

  /** What our model sends for a turn, with its head. */
  static byte[] request(WireFormat format, int deltas) throws Exception {
    try (StreamServer server = StreamServer.start(format, deltas, Duration.ZERO);
        ChatModel model = format.open(server.url())) {
      ask(model, WireFormat.text(deltas), () -> {});
      return server.asked();
    }
  }

  /** One turn by our model; it must be whole. */
  static void ask(ChatModel model, String text, Runnable delta) {
    ModelResult result =
        model.call(
            REQUEST,
            new CancelToken(),
            event -> {
              if (event instanceof ModelEvent.TextDelta) {
                delta.run();
              }
            });
    if (!(result instanceof ModelResult.Turn whole) || !whole.turn().text().equals(text)) {
      throw new IllegalStateException("not the turn that was sent: " + result);
    }
  }

  private ServerProcess server(WireFormat format, Duration gap) throws Exception {
    return ServerProcess.start(
        StreamServer.class, format.name(), String.valueOf(deltas), gap.toString());
  }

  private Figure cost(WireFormat format, byte[] request) throws Exception {
    try (ServerProcess server = server(format, Duration.ZERO);
        ChatModel model = format.open(server.url());
        BareStream bare = bare(server, format, request);
        HttpClient http = StepOverhead.client()) {
      List<Contender> contenders =
          List.of(
              arrival -> ask(model, text, arrival),
              bare::turn,
              arrival -> viaHttpClient(http, server.url(), format, arrival));
      var costs = new ArrayList<List<Cost>>();
      for (int i = 0; i < BLOCKS + WARM_UP; i++) {
        var block = new ArrayList<Cost>();
        for (Contender contender : contenders) {
          block.add(block(contender));
        }
        if (i >= WARM_UP) {
          costs.add(block);
        }
      }
      return figure(format, costs);
    }
  }

  private Figure figure(WireFormat format, List<List<Cost>> costs) {
    double ours = Numbers.median(costs.stream().map(block -> block.get(0).thread()).toList());
    double floor = Numbers.median(costs.stream().map(block -> block.get(1).thread()).toList());
    return new Figure(
            "CPU of a turn, " + format.title, ours / floor, OptionalDouble.empty(), Map.of())
        .with("deltas", deltas)
        .with("ours, ms", ours)
        .with("floor, ms", floor)
        .with("ours with the JVM's threads, ms", process(costs, 0))
        .with("lines of HttpClient, the same, ms", process(costs, 2));
  }

  /** The mean, because the process's time is counted in steps that are longer than a turn. */
  private static double process(List<List<Cost>> costs, int contender) {
    return costs.stream().mapToDouble(block -> block.get(contender).process()).average().orElse(0);
  }

  private Cost block(Contender contender) throws Exception {
    long process = SYSTEM.getProcessCpuTime();
    long thread = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < turns; i++) {
      turn(contender);
    }
    return new Cost(
        (THREADS.getCurrentThreadCpuTime() - thread) / 1e6 / turns,
        (SYSTEM.getProcessCpuTime() - process) / 1e6 / turns);
  }

  /** One turn; the times at which its deltas came. */
  private long[] turn(Contender contender) throws Exception {
    Arrivals arrivals = new Arrivals(deltas);
    contender.turn(arrivals::now);
    return arrivals.all();
  }

  private Figure delay(WireFormat format, byte[] request) throws Exception {
    try (ServerProcess server = server(format, GAP);
        ChatModel model = format.open(server.url());
        BareStream bare = bare(server, format, request);
        HttpClient http = StepOverhead.client()) {
      var ours = new ArrayList<Double>();
      var floor = new ArrayList<Double>();
      for (int i = 0; i < Math.max(1, turns / TURNS_PER_PACED) + WARM_UP; i++) {
        List<Double> our = delays(http, server, arrival -> ask(model, text, arrival));
        List<Double> their = delays(http, server, bare::turn);
        if (i >= WARM_UP) {
          ours.addAll(our);
          floor.addAll(their);
        }
      }
      double p50 = Numbers.percentile(ours, 50);
      double floor50 = Numbers.percentile(floor, 50);
      return new Figure(
              "socket to subscriber, " + format.title,
              p50 / floor50,
              OptionalDouble.empty(),
              Map.of())
          .with("deltas in all", ours.size())
          .with("p50, µs", p50)
          .with("p99, µs", Numbers.percentile(ours, 99))
          .with("floor, p50, µs", floor50)
          .with("floor, p99, µs", Numbers.percentile(floor, 99));
    }
  }

  /** Microseconds, of each delta of one turn. */
  private List<Double> delays(HttpClient http, ServerProcess server, Contender contender)
      throws Exception {
    long[] arrived = turn(contender);
    return between(sent(http, server.url()), arrived);
  }

  static List<Double> between(long[] sent, long[] arrived) {
    var delays = new ArrayList<Double>();
    for (int i = 0; i < arrived.length; i++) {
      long delay = arrived[i] - sent[i];
      if (delay < 0) {
        throw new IllegalStateException("a delta came before it was sent: the clocks differ");
      }
      delays.add(delay / 1e3);
    }
    return delays;
  }

  private static long[] sent(HttpClient http, String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/sent")).build();
    String times = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return Stream.of(times.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  private static BareStream bare(ServerProcess server, WireFormat format, byte[] request)
      throws IOException {
    return new BareStream(URI.create(server.url()), request, format.beginOfDelta());
  }

  /** What a plain program would write. */
  private static void viaHttpClient(
      HttpClient http, String url, WireFormat format, Runnable arrival) throws Exception {
    String delta = new String(format.beginOfDelta(), StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + format.path))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    try (Stream<String> lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      lines.filter(line -> line.startsWith(delta)).forEach(line -> arrival.run());
    }
  }

  /** A client that asks for one turn and reads it. */
  @FunctionalInterface
  private interface Contender {
    void turn(Runnable arrival) throws Exception;
  }

  /** Milliseconds for a turn: of the thread that reads, and of the process with all its threads. */
  private record Cost(double thread, double process) {}

  /** When the deltas of a turn came; each must come, and none twice. */
  private static final class Arrivals {
    private final long[] times;
    private int count;

    Arrivals(int deltas) {
      times = new long[deltas];
    }

    void now() {
      times[count++] = System.nanoTime();
    }

    long[] all() {
      if (count != times.length) {
        throw new IllegalStateException(count + " deltas came of " + times.length);
      }
      return times;
    }
  }
}
