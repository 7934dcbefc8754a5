package ai.stigmer.graphton.egress;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/*
 * Whatever two readers could understand in two ways is refused: lines that end otherwise than by CR LF, folded headers,
 * two lengths, a length beside chunks. What goes on to the server is written anew from what was read here.
 */
/**
 * The first lines of a request, up to the empty one.
 *
 * @param headers as they came, name and value
 */
record RequestHead(String method, String target, List<Header> headers) {
  private static final int LONGEST = 32_768;
  private static final Pattern FIRST =
      Pattern.compile("([A-Za-z]{1,20}) ([!-~]+) HTTP/1[.][01]", Pattern.DOTALL);
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\\x00-\\x08\\x0a-\\x1f\\x7f]*)");

  /** What is meant for the proxy, or for this connection alone. */
  private static final Set<String> DROPPED =
      Set.of(
          "connection",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "upgrade");

  /** A line of it. */
  record Header(String name, String value) {
    boolean is(String other) {
      return name.equalsIgnoreCase(other);
    }
  }

  /** What follows the head. */
  enum Framing {
    NOTHING,
    LENGTH,
    CHUNKS
  }

  /** A request that is none, in a few words. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  RequestHead {
    headers = List.copyOf(headers);
  }

  /**
   * Reads one, not a byte further.
   *
   * @throws Malformed when it is none, or longer than 32 KiB
   */
  static RequestHead read(InputStream in) throws IOException, Malformed {
    var bytes = new byte[LONGEST];
    int n = 0;
    while (!endsWithEmptyLine(bytes, n)) {
      int next = n == LONGEST ? -1 : in.read();
      if (next < 0) {
        throw new Malformed("the request has no end");
      }
      bytes[n++] = (byte) next;
    }
    String text = new String(Arrays.copyOf(bytes, n - 4), StandardCharsets.ISO_8859_1);
    String[] lines = text.split("\r\n", -1);
    Matcher first = FIRST.matcher(lines[0]);
    if (!first.matches()) {
      throw new Malformed("the first line is no request");
    }
    var headers = new ArrayList<Header>();
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      Matcher header = HEADER.matcher(line);
      if (!header.matches()) {
        throw new Malformed("a header is none");
      }
      headers.add(new Header(header.group(1), header.group(2).strip()));
    }
    return new RequestHead(first.group(1), first.group(2), headers);
  }

  private static boolean endsWithEmptyLine(byte[] bytes, int n) {
    return n >= 4
        && bytes[n - 4] == '\r'
        && bytes[n - 3] == '\n'
        && bytes[n - 2] == '\r'
        && bytes[n - 1] == '\n';
  }

  /**
   * What follows.
   *
   * @throws Malformed when that is said twice, or not clearly
   */
  Framing framing() throws Malformed {
    List<String> chunks = values("transfer-encoding");
    List<String> lengths = values("content-length");
    if (chunks.size() + lengths.size() > 1) {
      throw new Malformed("the length of the body is said twice");
    }
    if (!chunks.isEmpty() && !chunks.getFirst().equalsIgnoreCase("chunked")) {
      throw new Malformed("the body has an encoding that is not chunked");
    }
    if (!lengths.isEmpty() && !lengths.getFirst().matches("[0-9]{1,15}")) {
      throw new Malformed("the length of the body is no number");
    }
    return chunks.isEmpty() ? lengths.isEmpty() ? Framing.NOTHING : Framing.LENGTH : Framing.CHUNKS;
  }

  /** Bytes of the body when its framing is a length. */
  long length() {
    return Long.parseLong(values("content-length").getFirst());
  }

  private List<String> values(String name) {
    return headers.stream()
        .filter(header -> header.is(name))
        .map(header -> header.value())
        .toList();
  }

  /**
   * The head for the server itself: one request on its connection, at the host that was examined.
   *
   * @param path what follows the host in the target
   */
  byte[] forServer(String host, String path) {
    Set<String> dropped =
        Stream.concat(
                DROPPED.stream(),
                values("connection").stream()
                    .flatMap(value -> Stream.of(value.split(",", -1)))
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .filter(name -> !name.equals("content-length"))
                    .filter(name -> !name.equals("transfer-encoding")))
            .collect(Collectors.toSet());
    var text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
    headers.stream()
        .filter(header -> !dropped.contains(header.name().toLowerCase(Locale.ROOT)))
        .forEach(one -> text.append(one.name()).append(": ").append(one.value()).append("\r\n"));
    return text.append("Connection: close\r\n\r\n")
        .toString()
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
