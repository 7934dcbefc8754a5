package ai.stigmer.models.openai;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers every connection's first request with the same bytes, and closes it. */
final class RawHttp implements AutoCloseable {

  /** What is sent to a client whose request has been read. */
  interface Reply {
    void to(OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket socket;
  private final Reply reply;
  private final AtomicInteger requests = new AtomicInteger();

  /** Sends this text; every line feed becomes a line break of HTTP. */
  RawHttp(String text) {
    this(out -> out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
  }

  RawHttp(Reply reply) {
    this(listening(), reply);
  }

  RawHttp(ServerSocket socket, Reply reply) {
    this.socket = socket;
    this.reply = reply;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  private static ServerSocket listening() {
    try {
      return new ServerSocket(0, 64, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String baseUrl() {
    return "http://127.0.0.1:" + port() + "/v1";
  }

  int port() {
    return socket.getLocalPort();
  }

  /** How many requests came so far. */
  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        Thread.ofPlatform().daemon().start(() -> answer(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      InputStream in = connection.getInputStream();
      skipRequest(in);
      requests.incrementAndGet();
      reply.to(connection.getOutputStream());
    } catch (IOException e) {
      // The client has left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void skipRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    String length = head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1");
    if (length.matches("\\d+")) {
      in.skipNBytes(Long.parseLong(length));
    }
  }
}
