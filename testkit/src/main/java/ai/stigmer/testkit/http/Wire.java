package ai.stigmer.testkit.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection's HTTP/1.1, byte by byte, so that faults can be placed exactly. */
public final class Wire {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_LINE = 64 * 1024;

  private final BufferedInputStream in;
  private final OutputStream out;

  public Wire(Socket socket) throws IOException {
    in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    out = socket.getOutputStream();
  }

  /** The next request, or null when the client has closed the connection. */
  public @Nullable RecordedRequest read() throws IOException {
    String requestLine = line();
    if (requestLine == null) {
      return null;
    }
    String[] words = requestLine.split(" ", -1);
    if (words.length != 3) {
      throw new IOException("not a request line");
    }
    Map<String, String> headers = headers();
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the request's body is cut");
    }
    JsonNode json = length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
    return new RecordedRequest(
        words[0], words[1], headers, json, new String(body, StandardCharsets.UTF_8));
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(); line != null && !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("not a header line");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      if (line.size() >= MAX_LINE) {
        throw new IOException("a header line is too long");
      }
      line.write(b);
    }
    return null;
  }

  /** Sends a whole JSON response. */
  public void json(int status, String body) throws IOException {
    whole(status, Map.of("Content-Type", "application/json; charset=utf-8"), body);
  }

  /** Sends a whole response with these headers and its length. */
  public void whole(int status, Map<String, String> headers, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream response = new ByteArrayOutputStream(bytes.length + 160);
    response.writeBytes(
        ascii(
            "HTTP/1.1 "
                + status
                + " Fake\r\n"
                + lines(headers)
                + "Content-Length: "
                + bytes.length
                + "\r\n\r\n"));
    response.writeBytes(bytes);
    response.writeTo(out);
    out.flush();
  }

  private static String lines(Map<String, String> headers) {
    StringBuilder lines = new StringBuilder();
    headers.forEach((name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
    return lines.toString();
  }

  /**
   * Sends a chunked stream of JSON lines with its faults.
   *
   * @return whether the connection can serve a further request
   */
  public boolean stream(List<byte[]> lines, List<Fault> faults) throws IOException {
    return stream(Map.of("Content-Type", "application/x-ndjson"), lines, faults);
  }

  /**
   * Sends a chunked stream with these headers and its faults, one chunk per piece when there are no
   * faults.
   *
   * @return whether the connection can serve a further request
   */
  public boolean stream(Map<String, String> headers, List<byte[]> lines, List<Fault> faults)
      throws IOException {
    ByteArrayOutputStream response = new ByteArrayOutputStream(1024);
    response.writeBytes(
        ascii("HTTP/1.1 200 OK\r\n" + lines(headers) + "Transfer-Encoding: chunked\r\n\r\n"));
    if (faults.isEmpty()) {
      lines.forEach(line -> chunk(response, line, 0, line.length));
      response.writeBytes(ascii("0\r\n\r\n"));
      response.writeTo(out);
      out.flush();
      return true;
    }
    response.writeTo(out);
    out.flush();
    return new FaultyBody(lines, faults).send();
  }

  /** Begins a stream of JSON lines that are sent one at a time, as they come to be. */
  public Lines lines() throws IOException {
    out.write(
        ascii(
            "HTTP/1.1 200 OK\r\n"
                + lines(Map.of("Content-Type", "application/x-ndjson"))
                + "Transfer-Encoding: chunked\r\n\r\n"));
    out.flush();
    return new Lines();
  }

  /** A stream that is being sent. */
  public final class Lines {
    private Lines() {}

    /** Sends one line, with its line feed. */
    public void send(byte[] line) throws IOException {
      ByteArrayOutputStream piece = new ByteArrayOutputStream();
      chunk(piece, line, 0, line.length);
      piece.writeTo(out);
      out.flush();
    }

    /** Ends the stream properly. */
    public void end() throws IOException {
      out.write(ascii("0\r\n\r\n"));
      out.flush();
    }
  }

  private static void chunk(ByteArrayOutputStream to, byte[] bytes, int from, int length) {
    if (length > 0) {
      to.writeBytes(ascii(Integer.toHexString(length) + "\r\n"));
      to.write(bytes, from, length);
      to.writeBytes(ascii("\r\n"));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Waits until the client closes its side. */
  private void awaitClose() throws IOException {
    while (in.read() >= 0) {
      // A client that stalls too has nothing more to say.
    }
  }

  /** A body that suffers its faults. */
  private final class FaultyBody {
    private final byte[] body;
    private int end;
    private boolean stalls;
    private boolean cut;
    private int step;
    private Duration pause = Duration.ZERO;

    FaultyBody(List<byte[]> lines, List<Fault> faults) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      lines.forEach(all::writeBytes);
      body = all.toByteArray();
      end = body.length;
      step = Math.max(1, body.length);
      faults.forEach(this::suffer);
    }

    private void suffer(Fault fault) {
      switch (fault) {
        case Fault.CutAt(int offset) -> {
          end = Math.min(end, offset);
          cut = true;
        }
        case Fault.EndAt(int offset) -> end = Math.min(end, offset);
        case Fault.StallAt(int offset) -> {
          end = Math.min(end, offset);
          stalls = true;
        }
        case Fault.GarbleAt(int offset) -> {
          if (offset < body.length) {
            body[offset] = (byte) 0xFF;
          }
        }
        case Fault.Trickle(int bytes, Duration time) -> {
          step = bytes;
          pause = time;
        }
        case Fault.Delay(Duration time) -> {
          // Waited for before the status line.
        }
      }
    }

    boolean send() throws IOException {
      for (int at = 0; at < end; at += step) {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        chunk(piece, body, at, Math.min(step, end - at));
        piece.writeTo(out);
        out.flush();
        Latency.of(pause);
      }
      if (stalls) {
        awaitClose();
        return false;
      }
      if (cut) {
        return false;
      }
      out.write(ascii("0\r\n\r\n"));
      out.flush();
      return true;
    }
  }
}
