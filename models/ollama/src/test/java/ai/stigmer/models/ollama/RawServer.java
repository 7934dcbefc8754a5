package ai.stigmer.models.ollama;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that answers each request without a body with the next of its texts, as they are. */
final class RawServer implements Closeable {
  /** At the end of an answer: the server closes the connection behind it. */
  static final String CLOSE = "<close>";

  private final ServerSocket socket;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();

  RawServer(String... texts) throws IOException {
    this(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()), texts);
  }

  RawServer(ServerSocket socket, String... texts) {
    this.socket = socket;
    for (String text : texts) {
      answers.add(text.replace("\n", "\r\n"));
    }
    Thread.ofPlatform().daemon().start(this::accept);
  }

  Endpoint endpoint(String scheme) {
    return Endpoint.of(
        Optional.of(scheme + "://localhost:" + socket.getLocalPort()), Optional.empty());
  }

  /** How many connections were made so far. */
  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.incrementAndGet();
        Thread.ofPlatform().daemon().start(() -> converse(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void converse(Socket connection) {
    try (connection;
        var in =
            new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.isEmpty()) {
          String answer = answers.take();
          String text = answer.replace(CLOSE, "");
          connection.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
          if (!answer.equals(text)) {
            return;
          }
        }
      }
    } catch (IOException e) {
      // The client has left.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
