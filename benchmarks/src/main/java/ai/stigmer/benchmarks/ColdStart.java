package ai.stigmer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The time from starting {@code stigmer run} to its first model request and to its end, against a
 * bare program that sends one request. Both are started with the launcher's flags and an
 * ahead-of-time cache of their own.
 */
final class ColdStart {
  private static final double TARGET = 2.0;
  static final List<String> FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable", "-Xlog:all=off");

  private final Path dist;
  private final int rounds;

  /**
   * @param dist the folder that the launcher starts from, with {@code lib} and {@code stigmer.aot}
   */
  ColdStart(Path dist, int rounds) {
    this.dist = dist;
    this.rounds = rounds;
  }

  /** Nanoseconds to the first request and to the end. */
  private record Times(double request, double exit) {}

  List<Figure> measure(Path folder) throws Exception {
    Files.createDirectories(folder.resolve("workspace"));
    try (ReplyServer server = ReplyServer.start(0, 0)) {
      Path cache = train(folder, server);
      var ours = new ArrayList<Times>();
      var floor = new ArrayList<Times>();
      for (int i = 0; i < rounds + 2; i++) {
        Times our = time(folder, server, stigmer(server));
        Times their = time(folder, server, bare(cache, server));
        if (i >= 2) {
          ours.add(our);
          floor.add(their);
        }
      }
      double request = Numbers.median(ours.stream().map(Times::request).toList());
      double bareRequest = Numbers.median(floor.stream().map(Times::request).toList());
      double exit = Numbers.median(ours.stream().map(Times::exit).toList());
      double bareExit = Numbers.median(floor.stream().map(Times::exit).toList());
      return List.of(
          Figure.of("cold start to the first request", request, bareRequest, TARGET)
              .with("ours, ms", request / 1e6)
              .with("floor, ms", bareRequest / 1e6),
          Figure.of("cold start to the exit", exit, bareExit, TARGET)
              .with("ours, ms", exit / 1e6)
              .with("floor, ms", bareExit / 1e6));
    }
  }

  private List<String> stigmer(ReplyServer server) {
    var line = new ArrayList<>(List.of(ServerProcess.java()));
    line.addAll(FLAGS);
    line.addAll(
        List.of(
            "-XX:AOTMode=auto",
            "-XX:AOTCache=" + dist.resolve("stigmer.aot"),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            dist.resolve("lib") + "/*",
            "ai.stigmer.cli.Main",
            "run",
            "--base-url",
            server.url(),
            "-m",
            "qwen3:8b",
            "--workspace",
            "workspace",
            "hello"));
    return line;
  }

  private static List<String> bare(Path cache, ReplyServer server) {
    var line = new ArrayList<>(List.of(ServerProcess.java()));
    line.addAll(FLAGS);
    line.addAll(
        List.of("-XX:AOTCache=" + cache, "-cp", ownJar(), BareStart.class.getName(), server.url()));
    return line;
  }

  private static Path train(Path folder, ReplyServer server)
      throws IOException, InterruptedException {
    Path cache = folder.resolve("bare.aot");
    var line = new ArrayList<>(List.of(ServerProcess.java()));
    line.addAll(FLAGS);
    line.addAll(
        List.of(
            "-XX:AOTCacheOutput=" + cache,
            "-cp",
            ownJar(),
            BareStart.class.getName(),
            server.url()));
    process(folder, line).waitFor();
    if (!Files.exists(cache)) {
      throw new IllegalStateException("the bare program's cache was not made");
    }
    return cache;
  }

  /** The jar with the bare program; a folder of classes cannot be cached. */
  private static String ownJar() {
    return Path.of(BareStart.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .toString();
  }

  private Times time(Path folder, ReplyServer server, List<String> line)
      throws IOException, InterruptedException {
    server.takeFirstChat();
    long start = System.nanoTime();
    int status = process(folder, line).waitFor();
    long end = System.nanoTime();
    long request = server.takeFirstChat();
    if (status != 0 || request == 0) {
      throw new IllegalStateException("status " + status + " of " + String.join(" ", line));
    }
    return new Times(request - start, end - start);
  }

  private static Process process(Path folder, List<String> line) throws IOException {
    var builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve("err").toFile());
    Map<String, String> env = builder.environment();
    env.clear();
    env.put("PATH", "/usr/bin:/bin");
    env.put("STIGMER_HOME", folder.resolve("home").toString());
    return builder.start();
  }
}
