package ai.stigmer.benchmarks;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Plays the recorded bytes of one turn to every request for it, in chunks as the real servers do,
 * one for each event: all at once, or with a pause before each delta. Any other request gets an
 * empty JSON object, and {@code /sent} tells when the deltas of the last turn went out.
 *
 * <p>Thread contract: a thread per connection.
 */
final class StreamServer implements AutoCloseable {
  private static final byte[] LAST_CHUNK = ascii("0\r\n\r\n");

  private final ServerSocket listener;
  private final WireFormat format;
  private final long gapNanos;
  private final byte[] opening;
  private final List<byte[]> deltas;
  private final byte[] end;
  private final byte[] whole;
  private volatile long[] sent = {};
  private volatile byte[] asked = {};

  private StreamServer(ServerSocket listener, WireFormat format, int deltas, Duration gap) {
    this.listener = listener;
    this.format = format;
    gapNanos = gap.toNanos();
    WireFormat.Recording turn = format.recording(deltas);
    byte[] head =
        ascii(
            "HTTP/1.1 200 OK\r\nContent-Type: "
                + format.contentType
                + "\r\nTransfer-Encoding: chunked\r\n\r\n");
    opening = joined(List.of(head, chunk(turn.opening())));
    this.deltas = turn.deltas().stream().map(StreamServer::chunk).toList();
    end = joined(List.of(chunk(turn.end()), LAST_CHUNK));
    whole = joined(List.of(opening, joined(this.deltas), end));
  }

  /** Starts a server on a free loopback port; without a gap, a turn is one write. */
  static StreamServer start(WireFormat format, int deltas, Duration gap) throws IOException {
    ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    StreamServer server = new StreamServer(listener, format, deltas, gap);
    Thread.ofPlatform().daemon().name("stream-server").start(server::accept);
    return server;
  }

  /** As a process of its own: prints its port and serves until standard input ends. */
  static void main(String[] args) throws IOException {
    Duration gap = Duration.parse(args[2]);
    try (StreamServer server = start(WireFormat.valueOf(args[0]), Integer.parseInt(args[1]), gap)) {
      System.out.println(server.listener.getLocalPort());
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
    }
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** The last request for a turn, byte for byte. */
  byte[] asked() {
    return asked.clone();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        Thread.ofPlatform().daemon().name("stream-connection").start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      OutputStream out = socket.getOutputStream();
      for (Request request = Request.from(in); !request.isEnd(); request = Request.from(in)) {
        String line = request.line();
        if (line.startsWith("POST") && line.contains(format.path)) {
          asked = request.all().getBytes(StandardCharsets.ISO_8859_1);
          play(out);
        } else {
          out.write(plain(line.contains("/sent") ? sentTimes() : "{}"));
        }
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private void play(OutputStream out) throws IOException {
    if (gapNanos == 0) {
      out.write(whole);
      return;
    }
    out.write(opening);
    long[] times = new long[deltas.size()];
    for (int i = 0; i < times.length; i++) {
      LockSupport.parkNanos(gapNanos);
      times[i] = System.nanoTime();
      out.write(deltas.get(i));
    }
    sent = times;
    out.write(end);
  }

  private String sentTimes() {
    return Arrays.stream(sent).mapToObj(String::valueOf).collect(Collectors.joining(" "));
  }

  private static byte[] plain(String text) {
    return ascii(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + text.length()
            + "\r\n\r\n"
            + text);
  }

  private static byte[] chunk(String text) {
    return text.isEmpty()
        ? new byte[0]
        : ascii(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
  }

  private static byte[] joined(List<byte[]> pieces) {
    var all = new ByteArrayOutputStream();
    pieces.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** One request: its first line, and all of it with a character for each byte. */
  private record Request(String line, String all) {

    static Request from(InputStream in) throws IOException {
      var all = new ByteArrayOutputStream();
      String first = line(in, all);
      int length = 0;
      String header = first;
      while (!header.isEmpty()) {
        header = line(in, all);
        if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Integer.parseInt(header.substring(15).strip());
        }
      }
      all.writeBytes(in.readNBytes(length));
      return new Request(first, all.toString(StandardCharsets.ISO_8859_1));
    }

    boolean isEnd() {
      return line.isEmpty();
    }

    private static String line(InputStream in, ByteArrayOutputStream all) throws IOException {
      var line = new StringBuilder(64);
      for (int next = in.read(); next >= 0; next = in.read()) {
        all.write(next);
        if (next == '\n') {
          break;
        }
        if (next != '\r') {
          line.append((char) next);
        }
      }
      return line.toString();
    }
  }
}
