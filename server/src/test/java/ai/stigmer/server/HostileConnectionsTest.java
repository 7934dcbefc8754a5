package ai.stigmer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients of no good will write on a connection: requests with another one hidden in them,
 * other ways to a path or a name, upgrades, and floods of what costs the client little.
 */
class HostileConnectionsTest {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int FLOOD = 20_000;
  private static final int RESETS = 2_000;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int GO_AWAY = 7;
  private static final int CONTINUATION = 9;
  private static final int END_BOTH = 5;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 ([0-9]{3})");

  @TempDir Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // Made before each test.
  private TestingServer server;

  @BeforeEach
  void start() throws IOException {
    server = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private String bearer() {
    return "Authorization: Bearer " + server.token() + "\r\n";
  }

  private String host() {
    return "Host: 127.0.0.1:" + server.port() + "\r\n";
  }

  /** All that the server says until it ends the connection. */
  private String exchange(String text) throws IOException {
    try (Socket socket = connect()) {
      var answer = new ByteArrayOutputStream();
      try {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getInputStream().transferTo(answer);
      } catch (SocketException e) {
        // It was closed while we still wrote.
      }
      return answer.toString(ISO_8859_1);
    }
  }

  private List<String> statuses(String text) throws IOException {
    return STATUS.matcher(exchange(text)).results().map(found -> found.group(1)).toList();
  }

  @Test
  void noRequestIsHiddenInOneWhoseEndIsInDoubt() throws Exception {
    String hidden =
        "GET /healthz/live HTTP/1.1\r\n" + host() + bearer() + "Connection: close\r\n\r\n";
    String head =
        "POST /api/agents HTTP/1.1\r\n" + host() + bearer() + "Content-Type: application/json\r\n";
    var through = new ArrayList<String>();
    for (String rest :
        List.of(
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "Content-Length: 2, 2\r\n\r\n{}",
            "Content-Length: +2\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n{}",
            "Content-Length: 0x2\r\n\r\n{}",
            "Content-Length: 99999999999999999999\r\n\r\n{}",
            "Transfer-Encoding: \u000Bchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "X: a\rContent-Length: 50\r\nContent-Length: 2\r\n\r\n{}",
            "X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2;" + "a".repeat(100_000) + "\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
                + "T: x\r\n".repeat(FLOOD)
                + "\r\n")) {
      List<String> told = statuses(head + rest + hidden);
      if (!told.equals(List.of("400"))) {
        through.add(rest.substring(0, Math.min(60, rest.length())) + ": " + told);
      }
    }
    assertThat(through).isEmpty();
  }

  @Test
  void noOtherWayLeadsToAPathOrByAName() throws Exception {
    var through = new ArrayList<String>();
    for (String path :
        List.of(
            "//api/runs",
            "/livez/../api/runs",
            "/livez/%2e%2e/api/runs",
            "/livez;x=/../api/runs",
            "/livez%2f..%2fapi/runs",
            "/livez/",
            "/livez%00",
            "/livez#/api/runs",
            "/a\\..\\livez",
            "/%c0%ae%c0%ae/livez",
            "/console/assets/../../api/runs",
            "/console/login/..%2f..%2fapi%2fruns",
            "/console/assets/%2e%2e/%2e%2e/server.token",
            "http://evil.example/api/runs",
            "*")) {
      judge("GET " + path + " HTTP/1.1\r\n" + host(), through);
    }
    for (String name :
        List.of(
            "evil.example",
            "localhost.:PORT",
            "127.1:PORT",
            "0x7f.1:PORT",
            "127.0.0.1",
            "127.0.0.1:0PORT",
            "x@127.0.0.1:PORT",
            "127.0.0.1:PORT@evil.example",
            "127.0.0.1:PORT, evil.example",
            "localhost:PORT/evil",
            "127\u30020\u30020\u30021:PORT",
            "lo\u017Fcalho\u017Ft:PORT",
            "")) {
      String line = "Host: " + name.replace("PORT", String.valueOf(server.port())) + "\r\n";
      judge("GET /healthz/live HTTP/1.1\r\n" + line + bearer(), through);
    }
    assertThat(through).isEmpty();
    assertThat(statuses("GET /healthz/live HTTP/1.1\r\n" + host() + bearer() + CLOSE))
        .containsExactly("200");
  }

  private static final String CLOSE = "Connection: close\r\n\r\n";

  /** Reads no further than the status: the server lets a client that asked for it close first. */
  private void judge(String head, List<String> through) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write((head + CLOSE).getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
      if (!answer.matches("HTTP/1\\.1 40[013]")) {
        through.add(head.replace(server.token(), "TOKEN") + answer);
      }
    }
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  @Test
  void anUpgradeIsNoWayPastTheToken() throws Exception {
    String socket =
        lines(
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    for (String token : List.of("", bearer())) {
      assertThat(
              statuses(
                  "GET /api/runs HTTP/1.1\r\n"
                      + host()
                      + token
                      + socket
                      + "Connection: Upgrade, close\r\n\r\n"))
          .isNotEmpty()
          .doesNotContain("101");
    }
    try (Socket upgraded = connect()) {
      String request =
          "GET /api/runs HTTP/1.1\r\n"
              + host()
              + lines(
                  "Connection: Upgrade, HTTP2-Settings",
                  "Upgrade: h2c",
                  "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                  "");
      upgraded.getOutputStream().write(request.getBytes(ISO_8859_1));
      var said = new StringBuilder();
      while (said.indexOf("E576") < 0) {
        int next = upgraded.getInputStream().read();
        assertThat(next).as("no end before the refusal: " + said).isNotNegative();
        said.append((char) next);
      }
    }
  }

  @Test
  void floodsEndTheirConnectionAndNoOther() throws Exception {
    try (RawHttp2 other = new RawHttp2(server.port())) {
      assertThat(statuses("GET /livez HTTP/1.1\r\n" + host() + "X: y\r\n".repeat(FLOOD) + CLOSE))
          .containsExactly("431");
      assertThat(statuses("GET /livez?" + "y".repeat(FLOOD) + " HTTP/1.1\r\n" + host() + CLOSE))
          .containsExactly("414");
      assertEnded(
          out -> {
            byte[] more = RawHttp2.frame(CONTINUATION, 0, 1, header("x", "y".repeat(100)));
            out.write(RawHttp2.frame(HEADERS, 1, 1, head()));
            for (int i = 0; i < FLOOD; i++) {
              out.write(more);
            }
          });
      assertEnded(
          out -> {
            for (int i = 0; i < RESETS; i++) {
              out.write(RawHttp2.frame(HEADERS, END_BOTH, 2 * i + 1, head()));
              out.write(RawHttp2.frame(RESET, 0, 2 * i + 1, new byte[] {0, 0, 0, 8}));
            }
          });

      int stream =
          other.begin(
              List.of(
                  ":method",
                  "GET",
                  ":scheme",
                  "http",
                  ":path",
                  "/livez",
                  ":authority",
                  "127.0.0.1:" + server.port()));
      other.end(stream);
      assertThat(other.answer(stream).text()).contains(":status=200");
    }
    assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
  }

  private byte[] head() throws IOException {
    return RawHttp2.head(
        List.of(
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/healthz/live",
            ":authority",
            "127.0.0.1:" + server.port()));
  }

  private static byte[] header(String name, String value) throws IOException {
    return RawHttp2.head(List.of(name, value));
  }

  /** Writes what it likes. */
  private interface Flood {
    void on(OutputStream out) throws IOException;
  }

  /** The server ends a connection on which that comes, and says why when it can. */
  private void assertEnded(Flood flood) throws Exception {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
                      out.write(RawHttp2.frame(SETTINGS, 0, 0, new byte[0]));
                      out.write(RawHttp2.frame(SETTINGS, 1, 0, new byte[0]));
                      flood.on(out);
                    } catch (IOException e) {
                      // It was cut off, as it should be.
                    }
                  });
      // A connection that ends for another reason, because nobody was let in, tells no error.
      assertThat(lastWord(socket)).as("the error of GOAWAY").isPositive();
      sender.join();
    }
  }

  /** The error with which the server says that it ends the connection; -1 when it just ends. */
  private static int lastWord(Socket socket) throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    try {
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.skipNBytes(5);
        byte[] payload = in.readNBytes(length);
        if (type == GO_AWAY) {
          return ByteBuffer.wrap(payload).getInt(4);
        }
      }
    } catch (EOFException | SocketException e) {
      return -1;
    }
  }
}
