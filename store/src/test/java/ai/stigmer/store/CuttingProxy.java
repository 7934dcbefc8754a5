package ai.stigmer.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A line to a server that can break at the worst moment: when a statement is on its way, or when
 * the answer to it is.
 */
final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final InetSocketAddress server;
  private final String statement;
  private final String answer;
  private final AtomicInteger statementsToLose = new AtomicInteger();
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();

  /**
   * @param statement stands in the statements that may be lost
   * @param answer stands in the answers that may be lost
   */
  CuttingProxy(int port, String statement, String answer) {
    server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.statement = statement;
    this.answer = answer;
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** The next statements that are meant do not arrive. */
  void loseStatements(int count) {
    statementsToLose.set(count);
  }

  /** The next statements that are meant arrive, but their answers do not. */
  void loseAnswers(int count) {
    answersToLose.set(count);
  }

  /** How many lines were cut. */
  int cut() {
    return lost.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket there = new Socket();
        there.connect(server);
        var line = new Line(client, there);
        Thread.ofVirtual().start(line::statements);
        Thread.ofVirtual().start(line::answers);
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  /** One connection, in both directions. */
  private final class Line {
    private final Socket client;
    private final Socket there;

    Line(Socket client, Socket there) {
      this.client = client;
      this.there = there;
    }

    void statements() {
      byte[] buffer = new byte[1 << 16];
      try (client;
          there) {
        InputStream in = client.getInputStream();
        OutputStream out = there.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (holds(buffer, read, statement) && take(statementsToLose)) {
            return;
          }
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        // Cut by the other direction.
      }
    }

    void answers() {
      byte[] buffer = new byte[1 << 16];
      try (client;
          there) {
        InputStream in = there.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (holds(buffer, read, answer) && take(answersToLose)) {
            return;
          }
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        // Cut by the other direction.
      }
    }

    private static boolean holds(byte[] buffer, int length, String mark) {
      return new String(buffer, 0, length, StandardCharsets.ISO_8859_1).contains(mark);
    }

    private boolean take(AtomicInteger left) {
      boolean taken = left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
      if (taken) {
        lost.incrementAndGet();
      }
      return taken;
    }
  }
}
