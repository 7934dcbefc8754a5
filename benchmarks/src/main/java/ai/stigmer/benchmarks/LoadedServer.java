package ai.stigmer.benchmarks;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc.AgentCommandControllerBlockingStub;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc.AgentExecutionCommandControllerBlockingStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** {@code stigmer server} as a process of its own, and what it costs. */
final class LoadedServer implements AutoCloseable {
  /** Streams of clients that do not read fill up at that many bytes. */
  private static final int WINDOW = 65_535;

  private static final int CONNECTIONS = 16;

  private static final double TICKS_A_SECOND = 100;

  /** As the launcher starts it. */
  static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:ReservedCodeCacheSize=240m",
          "-XX:MetaspaceSize=128m",
          "-XX:InitialRAMPercentage=5",
          "-Xlog:disable",
          "-Xlog:all=off");

  private final Path home;
  private final Path said;
  private final Process process;
  private final String authority;
  private final ClientFactory clients =
      ClientFactory.builder()
          .http2InitialStreamWindowSize(WINDOW)
          // Otherwise all readers share one connection and one thread, here and in the server.
          .maxNumEventLoopsPerEndpoint(CONNECTIONS)
          .build();

  private LoadedServer(Path home, Path said, Process process, String authority) {
    this.home = home;
    this.said = said;
    this.process = process;
    this.authority = authority;
  }

  /**
   * Starts the server of a home, and waits until it is ready.
   *
   * @param dist the folder that the launcher starts from; where it has no jars, as in a test, those
   *     of this process
   */
  static LoadedServer start(Path dist, Path home, String model, String address) throws Exception {
    Files.createDirectories(home);
    Path said = Files.createTempFile(home.getParent(), "server-", ".log");
    Path ready = Files.createTempFile(home.getParent(), "server-", ".out");
    var line = new ArrayList<>(List.of(ServerProcess.java()));
    line.addAll(FLAGS);
    Path jars = dist.resolve("lib");
    line.addAll(
        List.of(
            "-XX:AOTMode=auto",
            "-XX:AOTCache=" + dist.resolve("server.aot"),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            Files.exists(jars) ? jars + "/*" : System.getProperty("java.class.path"),
            "ai.stigmer.cli.Main",
            "server",
            "start",
            "--address",
            address,
            "--max-runs",
            "4000",
            "--base-url",
            model,
            "--model",
            "bench"));
    var builder =
        new ProcessBuilder(line)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ready.toFile())
            .redirectError(said.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of("STIGMER_HOME", home.toString(), "PATH", "/usr/bin:/bin", "HOME", home + ""));
    Process process = builder.start();
    while (!Files.readString(ready).endsWith("\n")) {
      if (!process.isAlive()) {
        throw new IllegalStateException("the server ended: " + Files.readString(said));
      }
      Thread.sleep(5);
    }
    return new LoadedServer(
        home, said, process, Files.readString(ready).replace("ready: ", "").strip());
  }

  String authority() {
    return authority;
  }

  Path journal() {
    return home.resolve("stigmer.db");
  }

  String token() throws IOException {
    return Files.readString(home.resolve("server.token")).strip();
  }

  <S> S client(Class<S> stub) throws IOException {
    return GrpcClients.builder("gproto+http://" + authority)
        .factory(clients)
        .addHeader("authorization", "Bearer " + token())
        .responseTimeoutMillis(0)
        .maxResponseLength(0)
        .build(stub);
  }

  /** Makes an agent; returns its id. */
  String agent() throws IOException {
    return client(AgentCommandControllerBlockingStub.class)
        .create(
            Agent.newBuilder()
                .setMetadata(ApiResourceMetadata.newBuilder().setName("Bench"))
                .setSpec(AgentSpec.newBuilder().setInstructions("You look for files."))
                .build())
        .getMetadata()
        .getId();
  }

  /** Makes executions, several at once; returns their ids. */
  List<String> create(String agent, int count) throws Exception {
    var stub = client(AgentExecutionCommandControllerBlockingStub.class);
    var asked =
        AgentExecution.newBuilder()
            .setSpec(AgentExecutionSpec.newBuilder().setAgentId(agent).setMessage("Look."))
            .build();
    Callable<String> one = () -> stub.create(asked).getMetadata().getId();
    var ids = new ArrayList<String>();
    try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
      for (Future<String> id :
          callers.invokeAll(Stream.generate(() -> one).limit(count).toList())) {
        ids.add(id.get());
      }
    }
    return ids;
  }

  /** How many executions have ended so far. */
  long ended() throws IOException {
    try (Stream<String> lines = Files.lines(said)) {
      return lines.filter(line -> line.contains("\"execution.ended\"")).count();
    }
  }

  void awaitEnded(long count) throws Exception {
    while (ended() < count) {
      if (!process.isAlive()) {
        throw new IllegalStateException("the server ended");
      }
      Thread.sleep(20);
    }
  }

  /** The value of a metric without labels. */
  double metric(String name) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + authority + "/metrics"))
            .header("Authorization", "Bearer " + token())
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(request, HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Seconds of processor time so far. */
  double processorSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(words[11]) + Long.parseLong(words[12])) / TICKS_A_SECOND;
  }

  /** Seconds of processor time so far of the process that measures, in which the readers are. */
  static double ownProcessorSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
  }

  /** The most memory that it had, in MB. */
  double peakMegabytes() throws IOException {
    return status("VmHWM:") / 1e3;
  }

  /** What it has now, in MB. */
  double megabytes() throws IOException {
    return status("VmRSS:") / 1e3;
  }

  private double status(String name) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  /** What is in its heap after a collection, in MB. */
  double liveMegabytes() throws Exception {
    var _ = jcmd("GC.run");
    // The first line of each generation: "… total 1024K, used 512K …".
    return jcmd("GC.heap_info")
            .lines()
            .filter(line -> line.contains("total ") && line.contains("used "))
            .filter(line -> !line.contains("Metaspace"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*used ([0-9]+)K.*", "$1")))
            .sum()
        / 1e3;
  }

  private String jcmd(String command) throws Exception {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                String.valueOf(process.pid()),
                command)
            .redirectErrorStream(true)
            .start();
    String out = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    jcmd.waitFor();
    return out;
  }

  /** What it wrote about bugs; empty when there are none. */
  List<String> bugs() throws IOException {
    try (Stream<String> lines = Files.lines(said)) {
      return lines.filter(line -> line.contains("\"bug\"")).limit(3).toList();
    }
  }

  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public void close() {
    clients.close();
    process.destroy();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
