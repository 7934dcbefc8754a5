package ai.stigmer.models.ollama;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.testkit.http.StuckNames;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = SECONDS)
class ExchangeTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String HELLO = "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello";

  private final Connections connections = new Connections();

  @ParameterizedTest
  @ValueSource(
      strings = {
        HELLO,
        "HTTP/1.1 200 OK\ncontent-length:  5 \n\nhello",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nhe\n3;name=value\nllo\n0\nTrailer: x\n\n",
        "HTTP/1.1 200 OK\nTransfer-Encoding: Chunked\nContent-Length: 99\n\n05\nhello\n0\n\n",
        "HTTP/1.0 200 OK\n\nhello" + RawServer.CLOSE,
        "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\n" + HELLO,
        "HTTP/1.1 200\nConnection: close\n\nhello" + RawServer.CLOSE,
      })
  void readsABodyHoweverItIsFramed(String answer) throws IOException {
    try (RawServer server = new RawServer(answer)) {
      assertThat(ask(server.endpoint("http"))).isEqualTo("hello");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\nContent-Length: 6\n\nhello",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n6\nhello",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5\nhello\n",
        "HTTP/1.1 200 OK\nContent-Le",
        "",
      })
  void anAnswerThatEndsEarlyIsAFailure(String answer) throws IOException {
    try (RawServer server = new RawServer(answer + RawServer.CLOSE)) {
      assertThat(catchThrowable(() -> ask(server.endpoint("http"))))
          .isInstanceOf(EOFException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-x\n\n",
        "HTTP/2 200 OK\n\n",
        "HTTP/1.1 200 OK\nno colon\n\n",
        "HTTP/1.1 200 OK\nContent-Length: -1\n\n",
        "HTTP/1.1 200 OK\nContent-Length: many\n\n",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nzz\n",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nhello\n0\n\n",
      })
  void anAnswerThatIsNoHttpIsAFailure(String answer) throws IOException {
    try (RawServer server = new RawServer(answer)) {
      assertThatThrownBy(() -> ask(server.endpoint("http"))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void headersHaveALimit() throws IOException {
    String many = "";
    for (int i = 0; i < 300; i++) {
      many += "H" + i + ": x\n";
    }
    try (RawServer server =
        new RawServer(
            "HTTP/1.1 200 OK\nLong: " + "x".repeat(100_000), "HTTP/1.1 200 OK\n" + many)) {
      assertThatThrownBy(() -> ask(server.endpoint("http"))).hasMessageContaining("too long");
      assertThatThrownBy(() -> ask(server.endpoint("http"))).hasMessageContaining("headers");
    }
  }

  @Test
  void aConnectionServesFurtherRequests() throws IOException {
    try (RawServer server = new RawServer(HELLO, HELLO, HELLO)) {
      for (int i = 0; i < 3; i++) {
        assertThat(ask(server.endpoint("http"))).isEqualTo("hello");
      }
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HELLO + RawServer.CLOSE,
        HELLO + "surplus",
        "HTTP/1.1 200 OK\nConnection: Close\nContent-Length: 5\n\nhello",
        "HTTP/1.0 200 OK\nContent-Length: 5\n\nhello",
      })
  void aConnectionThatCannotServeAnotherRequestIsNotUsedAgain(String first) throws Exception {
    try (RawServer server = new RawServer(first, HELLO)) {
      assertThat(ask(server.endpoint("http"))).isEqualTo("hello");
      if (first.endsWith(RawServer.CLOSE)) {
        awaitClosedByServer(server.endpoint("http"));
      }

      assertThat(ask(server.endpoint("http"))).isEqualTo("hello");
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  /** The server's close travels on its own; there is no event for it but a look. */
  private void awaitClosedByServer(Endpoint endpoint) throws InterruptedException {
    Connection idle = connections.take(endpoint);
    while (idle.isConnected() && idle.isIdle()) {
      Thread.sleep(1);
    }
    connections.giveBack(idle);
  }

  @Test
  void aServerThatTakesNoLargeRequestIsGivenUp() throws IOException {
    try (ServerSocket deaf = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
      Endpoint endpoint =
          Endpoint.of(Optional.of("http://127.0.0.1:" + deaf.getLocalPort()), Optional.empty());
      Exchange.Patience patience = new Exchange.Patience(LONG, Duration.ofMillis(200), LONG);
      Request large = endpoint.post("/api/chat", new byte[32 * 1024 * 1024]);
      try (Exchange exchange = new Exchange(connections, large, patience, new CancelToken())) {
        assertThatThrownBy(exchange::answer).isInstanceOf(IOException.class);
        assertThat(exchange.stopped()).isEqualTo(Exchange.Stop.NO_ANSWER);
      }
    }
  }

  @Test
  void aServerWhoseCertificateNobodyVouchesForIsRefused(@TempDir Path folder) throws Exception {
    ServerSocket secure =
        selfSigned(folder).getServerSocketFactory().createServerSocket(0, 16, null);
    try (RawServer server = new RawServer(secure, HELLO)) {
      assertThatThrownBy(() -> ask(server.endpoint("https")))
          .isInstanceOf(Connection.UntrustedException.class)
          .hasCauseInstanceOf(SSLHandshakeException.class);
    }
  }

  private static SSLContext selfSigned(Path folder) throws Exception {
    Path file = folder.resolve("keys");
    String words =
        " -genkeypair -alias a -keyalg EC -dname CN=localhost -storepass secret -keystore " + file;
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    assertThat(new ProcessBuilder((keytool + words).split(" ", -1)).start().waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, "secret".toCharArray());
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, "secret".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  @Test
  void aNameThatIsNeverFoundEndsAfterTheConnectTimeout() throws IOException {
    Endpoint endpoint = Endpoint.of(Optional.of("http://" + StuckNames.host()), Optional.empty());
    try (Connection connection = new Connection(endpoint)) {
      assertThatThrownBy(() -> connection.connect(Duration.ofMillis(200)))
          .isInstanceOf(ConnectException.class)
          .hasMessageEndingWith("was not found in time");
    }
  }

  @Test
  void aKeyCannotBringAHeaderOfItsOwn() {
    Optional<Secret> key = Optional.of(Secret.of("key\r\nHost: elsewhere"));

    assertThatThrownBy(() -> Endpoint.of(Optional.of("http://localhost"), key))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("line break");
  }

  private String ask(Endpoint endpoint) throws IOException {
    try (Exchange exchange =
        new Exchange(
            connections,
            endpoint.get("/x"),
            new Exchange.Patience(LONG, LONG, LONG),
            new CancelToken())) {
      exchange.answer();
      return new String(exchange.readUpTo(1_000_000), StandardCharsets.US_ASCII);
    }
  }
}
