package ai.stigmer.graphton.egress;

import ai.stigmer.graphton.egress.Egress.Refused;
import ai.stigmer.graphton.egress.HostRule.Target;
import ai.stigmer.graphton.egress.RequestHead.Malformed;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One client of the proxy and its one request: {@code CONNECT HOST:PORT}, or a request for an
 * address that begins with {@code http://}. The client's connection is at its end when {@link
 * #serve} returns.
 *
 * <p>Thread contract: {@link #serve} blocks its caller; {@link #end} may be called by anybody.
 */
public final class ProxyConnection {
  private static final String PLAIN = "http://";
  private static final int HTTP_PORT = 80;
  private static final int BUFFER = 16_384;
  private static final int LONGEST_CHUNK_LINE = 8;

  private final Egress egress;
  private final InputStream in;
  private final OutputStream out;
  private @Nullable Socket server;
  private boolean ended;

  /**
   * @param in what the client says
   * @param out what it is told
   */
  public ProxyConnection(Egress egress, InputStream in, OutputStream out) {
    this.egress = egress;
    this.in = in;
    this.out = out;
  }

  /**
   * Serves it.
   *
   * @throws IOException when one of the two is gone
   * @throws InterruptedException when this thread is interrupted
   */
  public void serve() throws IOException, InterruptedException {
    try {
      RequestHead head = RequestHead.read(in);
      if (head.method().equalsIgnoreCase("CONNECT")) {
        tunnel(head);
      } else {
        forward(head);
      }
    } catch (Malformed | IllegalArgumentException e) {
      answer("400 Bad Request", "the proxy of the sandbox cannot use this: " + e.getMessage());
    } catch (Refused e) {
      answer("403 Forbidden", e.words());
    } finally {
      end();
    }
  }

  private void tunnel(RequestHead head) throws IOException, Refused, InterruptedException {
    Target target = Target.parse(head.target());
    if (target.port().isEmpty()) {
      throw new IllegalArgumentException("CONNECT names no port");
    }
    Socket socket = connected(target.host(), target.port().getAsInt());
    if (socket == null) {
      return;
    }
    out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
    Thread back = Thread.ofPlatform().daemon().name("proxy-back").start(() -> back(socket));
    try {
      copy(in, socket.getOutputStream(), Long.MAX_VALUE);
      socket.shutdownOutput();
    } catch (IOException e) {
      socket.close();
    }
    back.join();
  }

  private void forward(RequestHead head)
      throws IOException, Refused, Malformed, InterruptedException {
    String url = head.target();
    if (!url.toLowerCase(Locale.ROOT).startsWith(PLAIN) || url.contains("#")) {
      throw new Malformed("the target is no address that begins with http://");
    }
    RequestHead.Framing framing = head.framing();
    String rest = url.substring(PLAIN.length());
    int end = rest.replace('?', '/').indexOf('/');
    String authority = end < 0 ? rest : rest.substring(0, end);
    String path = end < 0 ? "/" : rest.substring(end);
    Target target = Target.parse(authority);
    OptionalInt port = target.port();
    Socket socket = connected(target.host(), port.orElse(HTTP_PORT));
    if (socket == null) {
      return;
    }
    String host = target.host() + (port.isPresent() ? ":" + port.getAsInt() : "");
    OutputStream to = socket.getOutputStream();
    to.write(head.forServer(host, path.startsWith("/") ? path : "/" + path));
    to.flush();
    Thread back = Thread.ofPlatform().daemon().name("proxy-back").start(() -> back(socket));
    try {
      switch (framing) {
        case NOTHING -> {}
        case LENGTH -> exactly(to, head.length());
        case CHUNKS -> chunks(to);
      }
    } catch (IOException | Malformed e) {
      socket.close();
    }
    back.join();
  }

  /** Null when the host cannot be reached; the client has been told. */
  private @Nullable Socket connected(Host host, int port) throws IOException, Refused {
    Socket socket;
    try {
      socket = egress.connect(host, port);
    } catch (IOException e) {
      answer("502 Bad Gateway", "host " + host + " at port " + port + " cannot be reached");
      return null;
    }
    keep(socket);
    return socket;
  }

  private synchronized void keep(Socket socket) {
    server = socket;
    if (ended) {
      quietly(socket);
    }
  }

  /** Until the server has said everything; the client hears no more then. */
  private void back(Socket socket) {
    try {
      copy(socket.getInputStream(), out, Long.MAX_VALUE);
    } catch (IOException e) {
      // One of the two is gone, and with it the other.
    } finally {
      quietly(out);
      quietly(socket);
    }
  }

  private void exactly(OutputStream to, long length) throws IOException {
    if (copy(in, to, length) < length) {
      throw new EOFException();
    }
  }

  private static long copy(InputStream from, OutputStream to, long most) throws IOException {
    var buffer = new byte[BUFFER];
    long copied = 0;
    while (copied < most) {
      int n = from.read(buffer, 0, (int) Math.min(BUFFER, most - copied));
      if (n < 0) {
        break;
      }
      to.write(buffer, 0, n);
      to.flush();
      copied += n;
    }
    return copied;
  }

  /** Each as it was read, without its extensions; nothing after the last one. */
  private void chunks(OutputStream to) throws IOException, Malformed {
    long size;
    do {
      String line = line();
      if (!line.matches("[0-9A-Fa-f]{1,7}")) {
        throw new Malformed("a chunk has no size");
      }
      size = Long.parseLong(line, 16);
      to.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
      exactly(to, size);
      if (!line().isEmpty()) {
        throw new Malformed("a chunk is longer than it says");
      }
      to.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    } while (size > 0);
    to.flush();
  }

  private String line() throws IOException, Malformed {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0 || line.length() == LONGEST_CHUNK_LINE) {
        throw new Malformed("a chunk has no size");
      }
      line.append((char) c);
    }
    if (in.read() != '\n') {
      throw new Malformed("a line does not end");
    }
    return line.toString();
  }

  private void answer(String status, String words) throws IOException {
    byte[] body = (words + "\n").getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(status, body.length);
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
  }

  /** Ends the connection to the server; what is under way fails. */
  public synchronized void end() {
    ended = true;
    if (server != null) {
      quietly(server);
    }
  }

  private static void quietly(java.io.Closeable one) {
    try {
      one.close();
    } catch (IOException e) {
      // It is gone.
    }
  }
}
