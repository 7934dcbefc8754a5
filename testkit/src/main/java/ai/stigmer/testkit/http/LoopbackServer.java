package ai.stigmer.testkit.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Listens on a free port of 127.0.0.1 and serves each connection, kept alive, on a virtual thread
 * of its own.
 *
 * <p>Thread contract: thread-safe.
 */
public final class LoopbackServer implements AutoCloseable {
  private static final int BACKLOG = 4096;

  /** Answers one request. */
  public interface Responder {

    /**
     * Answers on the connection's thread.
     *
     * @return whether the connection can serve a further request
     * @throws IOException when the client has gone away; it ends the connection and nothing else
     */
    boolean respond(Wire wire, RecordedRequest request) throws IOException;
  }

  private final ServerSocket listener;
  private final Responder responder;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile boolean closed;

  private LoopbackServer(ServerSocket listener, Responder responder) {
    this.listener = listener;
    this.responder = responder;
  }

  /** Starts listening. */
  public static LoopbackServer start(Responder responder) {
    return start(responder, 0);
  }

  /**
   * Starts listening on a port.
   *
   * @param port 0 for a free one
   */
  public static LoopbackServer start(Responder responder, int port) {
    try {
      ServerSocket listener = new ServerSocket();
      listener.setReuseAddress(true);
      listener.bind(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
          BACKLOG);
      LoopbackServer server = new LoopbackServer(listener, responder);
      Thread.ofVirtual().name("fake-server-accept").start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on a loopback port", e);
    }
  }

  /** For example {@code http://127.0.0.1:40123}, without a slash at the end. */
  public String baseUrl() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** How many connections were made so far. */
  public int connections() {
    return accepted.get();
  }

  /** Stops listening and closes all connections. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening", e);
    }
    connections.forEach(LoopbackServer::closeQuietly);
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        accepted.incrementAndGet();
        connections.add(socket);
        Thread.ofVirtual().name("fake-server-connection").start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      Wire wire = new Wire(socket);
      boolean open = true;
      while (open && !closed) {
        RecordedRequest request = wire.read();
        open = request != null && responder.respond(wire, request);
      }
    } catch (IOException e) {
      // A client that goes away ends its connection and nothing else.
    } finally {
      connections.remove(socket);
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The connection is gone either way.
    }
  }
}
