package ai.stigmer.graphton.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server gets to see of what a client said, over real sockets. */
class ProxyConnectionTest {
  private ServerSocket server;
  private final CompletableFuture<String> seen = new CompletableFuture<>();
  private int port;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0);
    port = server.getLocalPort();
    Thread.ofVirtual().start(this::serve);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /** Answers when it has read what ends a request, and looks whether more comes. */
  private void serve() {
    try (Socket client = server.accept()) {
      var all = new StringBuilder();
      for (int c = client.getInputStream().read(); c >= 0; c = client.getInputStream().read()) {
        all.append((char) c);
        if (client.getInputStream().available() == 0 && isWhole(all.toString())) {
          break;
        }
      }
      client
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\n\r\nhello".getBytes(StandardCharsets.UTF_8));
      client.shutdownOutput();
      byte[] more = client.getInputStream().readAllBytes();
      seen.complete(all + new String(more, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      seen.complete("");
    }
  }

  private static boolean isWhole(String request) {
    return request.startsWith("POST")
        ? request.contains("12345") || request.contains("0\r\n\r\n")
        : request.endsWith("\r\n\r\n") || request.equals("raw bytes");
  }

  private String said(String request) throws Exception {
    var out = new ByteArrayOutputStream();
    proxy(new ByteArrayInputStream(bytes(request)), out).serve();
    return out.toString(StandardCharsets.UTF_8);
  }

  private ProxyConnection proxy(InputStream in, OutputStream out) {
    var egress =
        new Egress(
            HostRule.list("a.test:" + port + ",127.0.0.1:" + port),
            name -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
    return new ProxyConnection(egress, in, out);
  }

  private byte[] bytes(String request) {
    return request.replace("@", "a.test:" + port).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Lines and the empty one that ends them. */
  private static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  @Test
  void aRequestGoesOnWithoutWhatWasForTheProxy() throws Exception {
    String answer =
        said(
            head(
                "GET http://@/p?q=1 HTTP/1.1",
                "Host: lie.example",
                "Proxy-Connection: keep-alive",
                "Connection: keep-alive, X-Mine",
                "X-Mine: 1",
                "Accept: */*"));

    assertThat(answer).endsWith("hello");
    assertThat(seen.get())
        .isEqualTo(
            "GET /p?q=1 HTTP/1.1\r\nHost: a.test:"
                + port
                + "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  }

  @Test
  void ofABodyAsMuchGoesOnAsItSays() throws Exception {
    var _ =
        said(
            "POST http://@/ HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345GET http://@/2 HTTP/1.1\r\n\r\n");

    assertThat(seen.get()).endsWith("\r\n\r\n12345");
  }

  @Test
  void chunksGoOnOneByOneAndNothingBehindTheLast() throws Exception {
    var _ =
        said(
            head("POST http://@/ HTTP/1.1", "Transfer-Encoding: chunked")
                + head("3", "abc", "0")
                + head("GET http://@/2 HTTP/1.1"));

    assertThat(seen.get()).endsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3;a=b\r\nabc\r\n0\r\n\r\n",
        "3\r\nabcdef\r\n0\r\n\r\n",
        "3\nabc\r\n0\r\n\r\n",
        "-3\r\nabc\r\n0\r\n\r\n",
        "\r\nabc\r\n0\r\n\r\n"
      })
  void aChunkThatIsNoneEndsTheRequest(String chunks) throws Exception {
    var _ = said(head("POST http://@/ HTTP/1.1", "Transfer-Encoding: chunked") + chunks);

    assertThat(seen.get()).doesNotContain("0\r\n\r\n");
  }

  @Test
  void anEndlessSizeOfAChunkIsNotReadToItsEnd() throws Exception {
    String head = head("POST http://@/ HTTP/1.1", "Transfer-Encoding: chunked");
    var in = new ByteArrayInputStream(bytes(head + "1".repeat(1_000_000)));
    proxy(in, new ByteArrayOutputStream()).serve();

    assertThat(in.available()).isGreaterThan(900_000);
  }

  @Test
  void aQuestionRightBehindTheHostIsNoPartOfIt() throws Exception {
    var _ = said(head("GET http://@?q=1 HTTP/1.1"));

    assertThat(seen.get(1, TimeUnit.MINUTES))
        .startsWith("GET /?q=1 HTTP/1.1\r\nHost: a.test:" + port + "\r\n");
  }

  @Test
  void theServerHearsOfTheEndWhileTheClientIsSilent() throws Exception {
    var out = new ByteArrayOutputStream();
    Thread serving;
    try (var client = new PipedOutputStream();
        var in = new PipedInputStream(client)) {
      ProxyConnection proxy = proxy(in, out);
      serving =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      proxy.serve();
                    } catch (IOException | InterruptedException e) {
                      // Its client is gone.
                    }
                  });
      client.write(bytes("CONNECT @ HTTP/1.1\r\n\r\n"));
      client.flush();
      while (out.size() == 0) {
        Thread.sleep(10);
      }

      proxy.end();

      assertThat(seen.get(1, TimeUnit.MINUTES)).isEmpty();
    }
    serving.join();
  }

  @Test
  void afterTheEndNothingGoesOnToAServer() throws Exception {
    var in = new ByteArrayInputStream(bytes(head("GET http://@/ HTTP/1.1")));
    ProxyConnection proxy = proxy(in, new ByteArrayOutputStream());
    proxy.end();

    assertThatThrownBy(proxy::serve).isInstanceOf(IOException.class);
    assertThat(seen.get()).isEmpty();
  }

  @Test
  void aTunnelCarriesWhateverIsSaid() throws Exception {
    String answer = said("CONNECT @ HTTP/1.1\r\nHost: lie.example\r\n\r\nraw bytes");

    assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("hello");
    assertThat(seen.get()).isEqualTo("raw bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: @\r\n\r\n",
        "GET https://@/ HTTP/1.1\r\n\r\n",
        "GET ftp://@/ HTTP/1.1\r\n\r\n",
        "GET http://@/#x HTTP/1.1\r\n\r\n",
        "GET http://user%40@/ HTTP/1.1\r\n\r\n",
        "GET  http://@/ HTTP/1.1\r\n\r\n",
        "GET http://@/ HTTP/2\r\n\r\n",
        "GET http://@/\r\n\r\n",
        "GET http://@/ HTTP/1.1\nHost: a\n\n",
        "GET http://@/ HTTP/1.1\r\nA: b\n\r\n\r\n",
        "GET http://@/ HTTP/1.1\r\nA: b\r\r\n\r\n",
        "GET http://@/ HTTP/1.1\r\nA: b\u0000\r\n\r\n",
        "GET http://@/ HTTP/1.1\r\nA : b\r\n\r\n",
        "GET http://@/ HTTP/1.1\r\n folded\r\n\r\n",
        "GET http://@/ HTTP/1.1\r\nno colon\r\n\r\n",
        "POST http://@/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST http://@/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST http://@/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST http://@/ HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST http://@/ HTTP/1.1\r\nContent-Length: +1\r\n\r\nx",
        "POST http://@/ HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\nx",
        "CONNECT a.test HTTP/1.1\r\n\r\n",
        "CONNECT http://@ HTTP/1.1\r\n\r\n",
        "CONNECT @/ HTTP/1.1\r\n\r\n",
        "\r\n\r\n",
        "GET http://@/ HTTP/1.1\r\nHost: a"
      })
  void whatCouldBeReadInTwoWaysReachesNobody(String request) throws Exception {
    String answer = said(request);
    server.close();

    assertThat(answer).startsWith("HTTP/1.1 400 ");
    assertThat(seen.get()).isEmpty();
  }

  @Test
  void anEndlessHeadIsCutOff() throws Exception {
    String answer = said("GET http://@/ HTTP/1.1\r\nA: " + "b".repeat(40_000));

    assertThat(answer).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void aRefusalSaysWhatToType() throws Exception {
    assertThat(said("CONNECT b.test:443 HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 403 ")
        .endsWith("host b.test is not on the allow-list: --allow-host b.test\n");
    assertThat(said("GET http://b.test:81/ HTTP/1.1\r\n\r\n"))
        .endsWith("host b.test:81 is not on the allow-list: --allow-host b.test:81\n");
  }
}
