package ai.stigmer.testkit.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A port of 127.0.0.1 that takes no connection, because its queue is full. */
public final class BusyServer implements AutoCloseable {
  private static final int FILLING = 4;
  private static final int ATTEMPT_MILLIS = 50;

  private final ServerSocket server;
  private final List<Socket> queued = new ArrayList<>();

  private BusyServer(ServerSocket server) {
    this.server = server;
  }

  /** Opens the port and fills its queue. */
  public static BusyServer start() {
    try {
      BusyServer busy =
          new BusyServer(
              new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})));
      for (int i = 0; i < FILLING; i++) {
        busy.queue();
      }
      return busy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on a loopback port", e);
    }
  }

  private void queue() {
    Socket socket = new Socket();
    queued.add(socket);
    try {
      socket.connect(server.getLocalSocketAddress(), ATTEMPT_MILLIS);
    } catch (IOException e) {
      // The queue is full, as it should be.
    }
  }

  /** For example {@code http://127.0.0.1:40123}, without a slash at the end. */
  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  @Override
  public void close() {
    try {
      for (Socket socket : queued) {
        socket.close();
      }
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening", e);
    }
  }
}
