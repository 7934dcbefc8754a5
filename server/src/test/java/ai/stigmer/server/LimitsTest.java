package ai.stigmer.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.http.Newcomers;
import ai.stigmer.testkit.Await;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever asks for more than the server has is told so, on connections of bare bytes. */
class LimitsTest {
  private static final int MOST_CONNECTIONS = 1_000;
  private static final int MOST_STREAMS = 1_000;

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
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private String head(String line) {
    return line
        + " HTTP/1.1\r\nHost: 127.0.0.1:"
        + server.port()
        + "\r\nAuthorization: Bearer "
        + server.token()
        + "\r\nContent-Type: application/json\r\n";
  }

  @Test
  void aConnectionBeyondTheMostIsClosedAndOneThatEndsMakesRoom() throws Exception {
    var open = new ArrayList<Socket>();
    try {
      for (int i = 0; i < MOST_CONNECTIONS; i++) {
        open.add(connect());
      }
      // Accepted one after the other, so that the answer of the last tells that all are counted.
      Socket last = open.getLast();
      write(last, head("GET /healthz/live") + "\r\n");
      assertThat(last.getInputStream().read()).isEqualTo('H');

      try (Socket more = connect()) {
        assertThat(isClosed(more)).isTrue();
      }
      open.removeFirst().close();
      Await.until(
          "there is room",
          () -> {
            try (Socket next = connect()) {
              write(next, head("GET /healthz/live") + "Connection: close\r\n\r\n");
              return next.getInputStream().read() == 'H';
            } catch (IOException e) {
              return false;
            }
          });
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private static boolean isClosed(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void aStreamBeyondTheMostOfItsConnectionIsRefusedAndTheOthersAreNot() throws Exception {
    try (Socket socket = connect()) {
      socket.setSoTimeout(60_000);
      OutputStream out = socket.getOutputStream();
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1));
      out.write(RawHttp2.frame(4, 0, 0, new byte[0]));
      // The server holds a client to its limits once the client has said that it knows them.
      out.write(RawHttp2.frame(4, 1, 0, new byte[0]));
      byte[] headers = headers();
      for (int i = 0; i <= MOST_STREAMS; i++) {
        // Heads without an end: each waits for a body that does not come.
        out.write(RawHttp2.frame(1, 0x4, 2 * i + 1, headers));
      }
      out.flush();

      assertThat(firstReset(socket.getInputStream()))
          .as("stream and error code")
          .containsExactly(2 * MOST_STREAMS + 1, 7);
    }
  }

  private byte[] headers() throws IOException {
    return RawHttp2.head(
        List.of(
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryController/subscribe",
            ":authority",
            "127.0.0.1:" + server.port(),
            "content-type",
            "application/grpc",
            "authorization",
            "Bearer " + server.token()));
  }

  /** Stream and error of the first RST_STREAM. */
  private static List<Integer> firstReset(InputStream stream) throws IOException {
    var in = new DataInputStream(stream);
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte();
      int id = in.readInt();
      ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(length));
      if (type == 3) {
        return List.of(id, payload.getInt());
      }
    }
  }

  @Test
  void aBodyWithoutAToldLengthIsCutAtTheMost() throws Exception {
    Thread sender;
    try (Socket socket = connect()) {
      write(socket, head("POST /v1/chat/completions") + "Transfer-Encoding: chunked\r\n\r\n");
      String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
      sender =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 80; i++) {
                        write(socket, chunk);
                      }
                    } catch (IOException e) {
                      // It was cut off, as it should be.
                    }
                  });
      String answer = new String(socket.getInputStream().readNBytes(12), ISO_8859_1);
      assertThat(answer).isEqualTo("HTTP/1.1 413");
    }
    sender.join();
  }

  @Test
  void aClientThatSendsItsHeadByteByByteIsCutOffAndOneThatWasLetInIsNot() throws Exception {
    try (Server patient = server(Duration.ofSeconds(5));
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), patient.activeLocalPort());
        Socket known = new Socket(InetAddress.getLoopbackAddress(), patient.activeLocalPort())) {
      write(known, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(known.getInputStream().read()).isEqualTo('H');

      boolean isCut = false;
      write(slow, "GET / HTTP/1.1\r\nX: ");
      for (int i = 0; !isCut && i < 6_000; i++) {
        try {
          write(slow, "a");
          isCut = slow.getInputStream().available() == 0 && isReset(slow);
        } catch (IOException e) {
          isCut = true;
        }
      }
      assertThat(isCut).isTrue();
      write(known, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(new String(known.getInputStream().readAllBytes(), ISO_8859_1))
          .contains("fine", "HTTP/1.1 200 OK");
    }
  }

  /** Whether the other side has closed; waits a little for it. */
  private static boolean isReset(Socket socket) throws IOException {
    socket.setSoTimeout(20);
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  private static Server server(Duration patience) {
    Server server =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .childChannelPipelineCustomizer(new Newcomers(patience)::meet)
            .service(
                "/",
                (ctx, request) -> {
                  Newcomers.know(ctx);
                  return HttpResponse.of("fine");
                })
            .build();
    server.start().join();
    return server;
  }
}
