package ai.stigmer.it.escape;

import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where one attempt takes place: a workspace, and around it all that must stay as it is. Nothing of
 * the real machine is touched but files with the attempt's own name.
 */
final class Site implements AutoCloseable {
  private static final String CANARY = "CANARY-5f0c";
  private static final String INTACT = "intact\n";
  private static final String RAW =
      "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(PeerAddr => \"127.0.0.1:3128\", Timeout"
          + " => 2) or exit 1; alarm 5; local $/; print $s scalar <STDIN>; print <$s>'";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path base;
  private final Path workspace;
  private final String mark =
      "7" + ProcessHandle.current().pid() + (10_000 + COUNT.incrementAndGet());
  private final Path seen;
  private final Process outside;
  private final Visitors visitors;
  private final HttpServer allowed;

  Site(Path folder, Attempt attempt) throws IOException {
    base = Files.createDirectories(folder.resolve(mark)).toRealPath();
    workspace = Files.createDirectory(base.resolve("ws"));
    Files.createDirectory(base.resolve("ws-evil"));
    write("outside/secret", CANARY);
    write("outside/victim", INTACT);
    seen = seen(base);
    write(seen.resolve("home/.ssh/id"), CANARY);
    write(seen.resolve("state/journal"), CANARY);
    Files.createSymbolicLink(workspace.resolve("way"), base.resolve("outside"));
    if (!attempt.has("plain")) {
      project();
    }
    visitors = new Visitors(base.resolve("outside/socket"), "stigmer-" + mark);
    allowed = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    allowed.createContext("/", this::answer);
    allowed.start();
    var builder = new ProcessBuilder("sleep", "600").directory(base.resolve("outside").toFile());
    builder.environment().put("CANARY", CANARY);
    outside = builder.start();
  }

  private void project() throws IOException {
    write("ws/.env", CANARY);
    write("ws/.env.local", CANARY);
    write("ws/server/.env", CANARY);
    write("ws/.vscode/tasks.json", "{}");
    write("ws/.git/HEAD", "ref: refs/heads/main\n");
    write("ws/.git/config", "[core]\n\trepositoryformatversion = 0\n");
    write("ws/.git/modules/known/config", "");
    Files.createDirectories(workspace.resolve(".git/objects"));
    Files.createDirectories(workspace.resolve(".git/refs"));
    Files.createDirectories(workspace.resolve(".git/hooks"));
    write("ws/sub/.git/config", "");
    Files.createDirectories(workspace.resolve("sub/.git/hooks"));
  }

  /** A place that no sandbox hides by itself, where this user may make one. */
  private static Path seen(Path otherwise) throws IOException {
    for (Path place : List.of(Path.of("/srv"), Path.of("/opt"), Path.of("/var/lib"))) {
      if (Files.isWritable(place)) {
        return Files.createTempDirectory(place, "stigmer-escape-");
      }
    }
    return otherwise;
  }

  private void write(String name, String text) throws IOException {
    write(base.resolve(name), text);
  }

  private static void write(Path file, String text) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, text);
  }

  Path workspace() {
    return workspace;
  }

  /** What holds here; small limits, so that nothing of the machine is used up. */
  SandboxPolicy policy(Network network) {
    return new SandboxPolicy(
        workspace,
        seen.resolve("home"),
        List.of(seen.resolve("state")),
        List.of(),
        network,
        new Limits(64, 128L << 20, 16L << 20, Duration.ofSeconds(1)),
        CommandEnvironment.of(Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), workspace));
  }

  /** A host that may be reached; it sends who asks for it on to where nobody should come. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean away = exchange.getRequestURI().getPath().equals("/away");
      exchange.getResponseHeaders().add("Location", "http://127.0.0.1:" + visitors.tcp() + "/");
      exchange.sendResponseHeaders(away ? 302 : 200, -1);
    }
  }

  /** A list with that host, and a name on it that stands for what nobody should reach. */
  Network hosts() {
    return hosts("");
  }

  /** The same with what nobody should reach. */
  Network hostsAndAll() {
    String names =
        "inside.test,allowed.test,localhost,evilallowed.test,allowed.test.inside,sandbox";
    String addresses = "127.0.0.1,[::1],0.0.0.0,[::],127.8.9.10";
    return hosts(
        Stream.of((names + "," + addresses).split(",", -1))
            .map(host -> "," + host + ":" + visitors.tcp())
            .collect(Collectors.joining()));
  }

  private Network hosts(String more) {
    int port = allowed.getAddress().getPort();
    String rules =
        "allowed.test:%d,127.0.0.1:%d,inside.test:%d".formatted(port, port, visitors.tcp());
    return new Network.Hosts(
        HostRule.list(rules + more),
        name -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
  }

  String fill(String text) {
    return text.replace("@RAW@", RAW)
        .replace("@A@", String.valueOf(allowed.getAddress().getPort()))
        .replace("@O@", base.resolve("outside").toString())
        .replace("@H@", seen.resolve("home").toString())
        .replace("@S@", seen.resolve("state").toString())
        .replace("@W@", workspace.toString())
        .replace("@M@", mark)
        .replace("@P@", String.valueOf(outside.pid()))
        .replace("@T@", String.valueOf(visitors.tcp()))
        .replace("@U@", String.valueOf(visitors.udp()))
        .replace("@X@", base.resolve("outside/socket").toString())
        .replace("@Q@", "stigmer-" + mark);
  }

  /** Whether the attempt succeeded, seen from outside. */
  boolean isBroken(String oracle) throws IOException {
    String[] words = fill(oracle).split(" ", 2);
    return switch (words[0]) {
      case "loot" -> holds(workspace.resolve("loot"), CANARY, "reached");
      case "changed" -> isChanged(base.resolve("outside/victim"));
      case "file" -> Files.exists(Path.of(words[1]), LinkOption.NOFOLLOW_LINKS);
      case "evil" -> holds(workspace.resolve(words[1]), "evil"); // An absolute path stays one.
      case "alive" -> lives();
      case "killed" -> !outside.isAlive();
      case "visited" -> visitors.came();
      default -> throw new IllegalArgumentException("no oracle " + oracle);
    };
  }

  private static boolean isChanged(Path victim) throws IOException {
    return !Files.exists(victim)
        || !Files.readString(victim).equals(INTACT)
        || PosixFilePermissions.toString(Files.getPosixFilePermissions(victim)).endsWith("rwx");
  }

  private static boolean holds(Path place, String... words) throws IOException {
    var found = new boolean[1];
    if (!Files.exists(place)) {
      return false;
    }
    Files.walkFileTree(
        place.toRealPath(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
              for (String word : words) {
                found[0] |= text.contains(word);
              }
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found[0];
  }

  /** A process that was killed may be there for a moment longer. */
  private boolean lives() {
    for (int i = 0; i < 100; i++) {
      List<ProcessHandle> marked = marked();
      if (marked.isEmpty()) {
        return false;
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return true;
  }

  private List<ProcessHandle> marked() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().arguments().stream().flatMap(Stream::of).anyMatch(mark::equals))
        .toList();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public void close() throws IOException {
    outside.destroyForcibly();
    visitors.close();
    allowed.stop(0);
    delete(seen);
    marked().forEach(ProcessHandle::destroyForcibly);
    for (String place :
        List.of(
            "/etc",
            "/usr",
            "/usr/local/bin",
            "/var/lib",
            "/opt",
            "/tmp",
            "/var/tmp",
            "/dev/shm",
            "/run",
            "/etc/cron.d")) {
      Files.deleteIfExists(Path.of(place, mark));
    }
    Files.deleteIfExists(Path.of("/etc", mark + ".preload"));
  }
}
