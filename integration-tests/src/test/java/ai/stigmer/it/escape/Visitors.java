package ai.stigmer.it.escape;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sockets of this machine that nobody should come to: TCP, UDP, and two of the unix kind. */
final class Visitors implements AutoCloseable {
  /** An abstract socket, which Java cannot open. */
  private static final String ABSTRACT =
      "use Socket; socket(S, 1, 1, 0) && bind(S, pack_sockaddr_un(qq(\\0$ARGV[0]))) && listen(S, 1)"
          + " or exit 1; open R, '>', $ARGV[1]; close R; accept(C, S); exit 7";

  private final ServerSocket tcp = new ServerSocket(0);
  private final DatagramSocket udp = new DatagramSocket();
  private final ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  private final Process hidden;
  private volatile boolean came;

  Visitors(Path socket, String name) throws IOException {
    unix.bind(UnixDomainSocketAddress.of(socket));
    Path ready = socket.resolveSibling("ready");
    hidden = new ProcessBuilder("perl", "-e", ABSTRACT, name, ready.toString()).start();
    await(() -> tcp.accept().close());
    await(() -> udp.receive(new DatagramPacket(new byte[64], 64)));
    await(() -> unix.accept().close());
    while (!Files.exists(ready) && hidden.isAlive()) {
      Thread.onSpinWait();
    }
  }

  private interface Waiting {
    void once() throws IOException;
  }

  private void await(Waiting waiting) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                waiting.once();
                came = true;
              } catch (IOException e) {
                // Closed, and nobody came.
              }
            });
  }

  int tcp() {
    return tcp.getLocalPort();
  }

  int udp() {
    return udp.getLocalPort();
  }

  /** Whether somebody came, perhaps only just now. */
  boolean came() {
    for (int i = 0; i < 30 && !isThere(); i++) {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return isThere();
  }

  private boolean isThere() {
    return came || (!hidden.isAlive() && hidden.exitValue() == 7);
  }

  @Override
  public void close() throws IOException {
    hidden.destroyForcibly();
    tcp.close();
    udp.close();
    unix.close();
  }
}
