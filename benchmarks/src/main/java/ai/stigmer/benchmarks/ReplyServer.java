package ai.stigmer.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The cheapest server that a run can talk to: one read and one write per request, nothing kept. A
 * run gets one tool call per step and a text at its end; how far it is shows in the request.
 *
 * <p>Thread contract: a virtual thread per connection.
 */
final class ReplyServer implements AutoCloseable {
  private static final int BACKLOG = 8_192;
  private static final byte[] ANSWERS = "\"role\":\"tool\"".getBytes(StandardCharsets.US_ASCII);
  private static final String SHOW =
      """
      {"capabilities":["completion","tools"],"details":{"family":"bench"},\
      "model_info":{"general.architecture":"bench","bench.context_length":32768}}
      """;
  private static final String TEXT =
      """
      {"message":{"role":"assistant","content":"All "},"done":false}
      {"message":{"role":"assistant","content":"done."},"done":false}
      {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",\
      "eval_count":9}
      """;

  private final ServerSocket listener;
  private final int steps;
  private final long latencyMillis;
  private final AtomicLong firstChat = new AtomicLong();

  private ReplyServer(ServerSocket listener, int steps, long latencyMillis) {
    this.listener = listener;
    this.steps = steps;
    this.latencyMillis = latencyMillis;
  }

  /** Starts a server on a free loopback port. */
  static ReplyServer start(int steps, long latencyMillis) {
    try {
      ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
      ReplyServer server = new ReplyServer(listener, steps, latencyMillis);
      Thread.ofPlatform().daemon().name("reply-server").start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As a process of its own: prints its port and serves until standard input ends. */
  static void main(String[] args) throws IOException {
    try (ReplyServer server = start(Integer.parseInt(args[0]), Long.parseLong(args[1]))) {
      System.out.println(server.port());
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  /** When the first chat request since the last call had arrived, by {@link System#nanoTime}. */
  long takeFirstChat() {
    return firstChat.getAndSet(0);
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
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      String request = line(in);
      while (!request.isEmpty()) {
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
          if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
            length = Integer.parseInt(header.substring(15).strip());
          }
        }
        answer(socket.getOutputStream(), request, in.readNBytes(length));
        request = line(in);
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private void answer(OutputStream out, String request, byte[] body) throws IOException {
    String text = SHOW;
    if (request.contains("/api/chat")) {
      firstChat.compareAndSet(0, System.nanoTime());
      int step = count(body);
      text = step < steps ? call(step) : TEXT;
      pause();
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: "
                + bytes.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + bytes.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(bytes, 0, all, head.length, bytes.length);
    out.write(all);
  }

  private void pause() throws IOException {
    if (latencyMillis > 0) {
      try {
        Thread.sleep(latencyMillis);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  private static String call(int step) {
    return "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c"
        + step
        + "\",\"function\":{\"name\":\"add\",\"arguments\":{\"a\":"
        + step
        + ",\"b\":1}}}]},\"done\":false}\n"
        + "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
        + "\"done_reason\":\"stop\",\"eval_count\":20}\n";
  }

  private static int count(byte[] body) {
    int found = 0;
    int last = body.length - ANSWERS.length;
    for (int i = 0; i <= last; i++) {
      if (body[i] == '"' && body[i + 8] == 't' && matches(body, i)) {
        found++;
      }
    }
    return found;
  }

  private static boolean matches(byte[] body, int at) {
    for (int i = 0; i < ANSWERS.length; i++) {
      if (body[at + i] != ANSWERS[i]) {
        return false;
      }
    }
    return true;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
