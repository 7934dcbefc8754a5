package ai.stigmer.testkit.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A line to a server of this machine whose connections can die without a word: nothing is passed on
 * any more, and nobody is told. New connections are passed on.
 *
 * <p>Thread contract: two virtual threads for each connection.
 */
public final class FreezingProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final AtomicInteger age = new AtomicInteger();

  private FreezingProxy(ServerSocket listening) {
    this.listening = listening;
  }

  /** A proxy on a free port, which a server may have to know. */
  public static FreezingProxy open() {
    try {
      return new FreezingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Begins to pass on to a port of loopback; once. */
  public void leadTo(int port) {
    var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Thread.ofVirtual().name("freezing-proxy").start(() -> accept(server));
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** The connections of now are dead from here on. */
  public void freeze() {
    age.incrementAndGet();
  }

  private void accept(InetSocketAddress server) {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket there = new Socket();
        there.connect(server);
        int born = age.get();
        Thread.ofVirtual().start(() -> pass(client, there, born));
        Thread.ofVirtual().start(() -> pass(there, client, born));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void pass(Socket from, Socket to, int born) {
    byte[] buffer = new byte[1 << 14];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (age.get() == born) {
          out.write(buffer, 0, read);
          out.flush();
        }
      }
    } catch (IOException e) {
      // Closed by the other direction.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
