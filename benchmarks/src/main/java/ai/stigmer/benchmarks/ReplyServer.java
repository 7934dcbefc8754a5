package ai.stigmer.benchmarks;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
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
  private static final String WORDS =
      "{\"message\":{\"role\":\"assistant\",\"content\":\"and then some more words follow, \"},"
          + "\"done\":false}\n";
  private static final String TEXT =
      """
      {"message":{"role":"assistant","content":"All "},"done":false}
      {"message":{"role":"assistant","content":"done."},"done":false}
      {"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",\
      "eval_count":9}
      """;

  private final ServerSocket listener;
  private final Play play;
  private final AtomicLong firstChat = new AtomicLong();

  /**
   * What a run is answered.
   *
   * @param steps how many calls, before its end
   * @param latencyMillis before the first byte of each answer
   * @param deltas pieces of text before each call or end
   * @param gapMillis before each of them
   * @param tool {@code add}, or {@code glob} for runs with the built-in tools
   */
  record Play(int steps, long latencyMillis, int deltas, long gapMillis, String tool) {
    String[] words() {
      return new String[] {
        String.valueOf(steps),
        String.valueOf(latencyMillis),
        String.valueOf(deltas),
        String.valueOf(gapMillis),
        tool
      };
    }

    static Play of(String[] words) {
      return new Play(
          Integer.parseInt(words[0]),
          Long.parseLong(words[1]),
          Integer.parseInt(words[2]),
          Long.parseLong(words[3]),
          words[4]);
    }

    private String call(int step) {
      String arguments =
          tool.equals("add") ? "{\"a\":" + step + ",\"b\":1}" : "{\"pattern\":\"*." + step + "\"}";
      return "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c"
          + step
          + "\",\"function\":{\"name\":\""
          + tool
          + "\",\"arguments\":"
          + arguments
          + "}}]},\"done\":false}\n"
          + "{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
          + "\"done_reason\":\"stop\",\"eval_count\":20}\n";
    }
  }

  private ReplyServer(ServerSocket listener, Play play) {
    this.listener = listener;
    this.play = play;
  }

  /** Starts a server on a free loopback port. */
  static ReplyServer start(int steps, long latencyMillis) {
    return start(new Play(steps, latencyMillis, 0, 0, "add"));
  }

  private static ReplyServer start(Play play) {
    try {
      ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
      ReplyServer server = new ReplyServer(listener, play);
      Thread.ofPlatform().daemon().name("reply-server").start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As a process of its own: prints its port and serves until standard input ends. */
  static void main(String[] args) throws IOException {
    try (ReplyServer server = start(Play.of(args))) {
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
    int deltas = 0;
    if (request.contains("/api/chat")) {
      firstChat.compareAndSet(0, System.nanoTime());
      int step = count(body);
      text = step < play.steps() ? play.call(step) : TEXT;
      deltas = play.deltas();
      pause(play.latencyMillis());
    }
    byte[] words = WORDS.repeat(deltas).getBytes(StandardCharsets.UTF_8);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: "
                + (words.length + bytes.length)
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    if (play.gapMillis() == 0) {
      out.write(joined(head, words, bytes));
      return;
    }
    out.write(head);
    for (int i = 0; i < deltas; i++) {
      pause(play.gapMillis());
      out.write(words, 0, words.length / deltas);
    }
    out.write(bytes);
  }

  private static byte[] joined(byte[]... pieces) {
    var all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  private static void pause(long millis) throws IOException {
    if (millis > 0) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
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
