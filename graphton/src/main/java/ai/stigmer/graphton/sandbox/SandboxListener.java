package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.egress.Egress;
import ai.stigmer.graphton.egress.Host;
import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.egress.ProxyConnection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/*
 * The command's network namespace has no interface but its own loopback, so there is no way out of it that could be
 * left open by mistake. What listens there is a socket that was made inside and is held by this process: what comes to
 * it is served out here, and the program that decides has nothing inside that a command could tamper with.
 *
 * Taking a file of a process needs the right to trace it, which whoever made its user namespace has. Two named pipes
 * order the steps: through one the program inside says that it listens, through the other it is told to go on.
 */
/**
 * The proxy of one sandboxed command, at a port of the loopback interface that the command sees.
 *
 * <p>Thread contract: a thread of its own waits for clients and one serves each, at most 64 at
 * once.
 */
final class SandboxListener implements AutoCloseable {
  /** Where the program that listens lies within the sandbox. */
  static final String INSIDE = "/run/listen";

  private static final int MOST_CLIENTS = 64;
  private static final int READY = 1;
  private static final int FAILED = 0;

  private final Egress egress;
  private final Path pipes;
  private final Path ready;
  private final Path go;
  private final Semaphore free = new Semaphore(MOST_CLIENTS);
  private final Set<Runnable> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param folder for the pipes; only this user may enter it
   */
  SandboxListener(Path folder, Egress egress) throws IOException {
    this.egress = egress;
    this.pipes = Files.createTempDirectory(folder, "listen-");
    this.ready = pipes.resolve("ready");
    this.go = pipes.resolve("go");
    LinuxCalls.makePipe(ready);
    LinuxCalls.makePipe(go);
  }

  /** What the launcher opens: to be written to, and to be read from. */
  List<String> pipes() {
    return List.of(ready.toString(), go.toString());
  }

  /** What tells programs of the proxy; what the command itself listens at they reach without it. */
  static Map<String, String> environment(Network.Hosts hosts) {
    String proxy = "http://127.0.0.1:" + ListenerProgram.PORT;
    String own =
        Stream.of("localhost", "127.0.0.1", "[::1]")
            .filter(name -> hosts.allowed().stream().noneMatch(rule -> names(rule, name)))
            .map(name -> name.replaceAll("[\\[\\]]", ""))
            .collect(Collectors.joining(","));
    return Map.of(
        "HTTP_PROXY", proxy,
        "http_proxy", proxy,
        "HTTPS_PROXY", proxy,
        "https_proxy", proxy,
        "NO_PROXY", own,
        "no_proxy", own);
  }

  private static boolean names(HostRule rule, String name) {
    return Host.parse(name).map(rule.host()::equals).orElse(false);
  }

  /** What was refused, a line each. */
  List<String> refused() {
    return egress.refused();
  }

  /**
   * Takes the socket that was made inside and lets the command begin.
   *
   * @throws IOException when there is none; the command has not begun
   */
  void serve(Process process) throws IOException {
    try (var told = new RandomAccessFile(ready.toFile(), "rw");
        var tell = new RandomAccessFile(go.toFile(), "rw")) {
      var _ = process.onExit().thenRun(() -> failed(told));
      if (told.read() != READY) {
        throw new IOException(
            "nothing listens in the sandbox; perhaps programs may not be started from "
                + pipes.getParent());
      }
      TakenSocket socket =
          process
              .descendants()
              .map(inside -> LinuxCalls.takeFrom(inside.pid(), ListenerProgram.SOCKET))
              .filter(number -> number >= 0)
              .findFirst()
              .map(TakenSocket::new)
              .orElseThrow(
                  () -> new IOException("this system lets no socket be taken from a sandbox"));
      open.add(socket::shutdown);
      Thread.ofPlatform().daemon().name("sandbox-proxy").start(() -> accept(socket));
      tell.write(READY);
    } finally {
      deletePipes();
    }
  }

  private static void failed(RandomAccessFile told) {
    try {
      told.write(FAILED);
    } catch (IOException e) {
      // Nobody waits any more.
    }
  }

  private void accept(TakenSocket socket) {
    try (socket) {
      while (!closed) {
        free.acquire();
        int client = socket.accept();
        if (client < 0) {
          return;
        }
        Thread.ofPlatform().daemon().name("proxy").start(() -> serve(new TakenSocket(client)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(TakenSocket client) {
    var connection = new ProxyConnection(egress, client.in(), client.out());
    Runnable end =
        () -> {
          client.shutdown();
          connection.end();
        };
    open.add(end);
    try (client) {
      if (!closed) {
        connection.serve();
      }
    } catch (IOException e) {
      // One of the two is gone, and the other is told by the end of its connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(end);
      free.release();
    }
  }

  /** Ends all connections; nobody is served any more. */
  @Override
  public void close() {
    closed = true;
    open.forEach(Runnable::run);
    deletePipes();
  }

  private void deletePipes() {
    try {
      Files.deleteIfExists(ready);
      Files.deleteIfExists(go);
      Files.deleteIfExists(pipes);
    } catch (IOException e) {
      // They lie in a folder that goes away with the process.
    }
  }
}
