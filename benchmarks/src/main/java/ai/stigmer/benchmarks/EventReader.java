package ai.stigmer.benchmarks;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * A reader of server-sent events over a plain socket that writes down when each id came. When its
 * connection breaks it comes back with the last id, until it was told all.
 *
 * <p>Thread: a virtual one of its own.
 */
final class EventReader {
  private static final int BUFFER = 256 * 1024;

  private final Map<Long, List<Long>> times = new HashMap<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Thread thread;
  private volatile long first = Long.MAX_VALUE;

  /**
   * @param server the one of now; empty while there is none
   */
  EventReader(Supplier<LoadedServer> server, String id) {
    thread = Thread.ofVirtual().start(() -> follow(server, id));
  }

  private void follow(Supplier<LoadedServer> server, String id) {
    long last = 0;
    boolean isOver = false;
    while (!isOver) {
      try (Socket socket = open(server.get(), "/api/executions/" + id + "/events", last, BUFFER)) {
        var in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !isOver; line = in.readLine()) {
          if (line.startsWith("id: ")) {
            last = Long.parseLong(line.substring(4));
            long now = System.currentTimeMillis();
            times.computeIfAbsent(last, key -> new ArrayList<>()).add(now);
            if (begun.getCount() > 0) {
              first = now;
              begun.countDown();
            }
          }
          isOver = line.contains("\"RUN_FINISHED\"") || line.startsWith("HTTP/1.1 204");
        }
      } catch (IOException e) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  /** One that asks for events and reads none; the system keeps few of them for it. */
  static Socket stalled(LoadedServer server, String path) throws IOException {
    return open(server, path, 0, 4_096);
  }

  private static Socket open(LoadedServer server, String path, long after, int buffer)
      throws IOException {
    String[] authority = server.authority().split(":", -1);
    Socket socket = new Socket();
    socket.setReceiveBufferSize(buffer);
    socket.connect(new InetSocketAddress(authority[0], Integer.parseInt(authority[1])));
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: "
            + server.authority()
            + "\r\nAuthorization: Bearer "
            + server.token()
            + (after > 0 ? "\r\nLast-Event-ID: " + after : "")
            + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Waits for the first event. */
  void awaitBegun() throws InterruptedException {
    begun.await();
  }

  /** Waits for the end. */
  void await() throws InterruptedException {
    thread.join();
  }

  /**
   * Of the entries that tell something: milliseconds to their ids, what is missing, and twice. What
   * was there before its first event must not be missing, and has no delay.
   */
  Seen seen(List<Recorded> entries) {
    var delays = new ArrayList<Double>();
    int lost = 0;
    int twice = 0;
    for (Recorded recorded : entries) {
      if (!isTold(recorded.entry())) {
        continue;
      }
      List<Long> at = times.getOrDefault(recorded.seq(), List.of());
      lost += at.isEmpty() ? 1 : 0;
      twice += Math.max(0, at.size() - 1);
      if (recorded.time().toEpochMilli() > first) {
        at.forEach(time -> delays.add((double) Math.max(0, time - recorded.time().toEpochMilli())));
      }
    }
    return new Seen(delays, lost, twice, 0);
  }

  private static boolean isTold(JournalEntry entry) {
    return entry instanceof JournalEntry.RunStarted
        || entry instanceof JournalEntry.Turn
        || entry instanceof JournalEntry.ToolOutcome
        || entry instanceof JournalEntry.RunFinished;
  }
}
