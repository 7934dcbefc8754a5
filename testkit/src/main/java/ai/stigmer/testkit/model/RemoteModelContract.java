package ai.stigmer.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.testkit.http.BusyServer;
import ai.stigmer.testkit.http.StuckNames;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every model behind HTTP promises besides: whatever the network and the server do, a call
 * ends in a value; cancelling ends it from every state and closes its connection; no more is read
 * than an answer may hold; the key is in nothing that anybody sees.
 *
 * <p>The look-up of names needs {@link StuckNames}, see there.
 */
public abstract class RemoteModelContract extends ChatModelContract {
  /** The key that every model is opened with. */
  protected static final Secret KEY = Secret.of("canary-0123456789");

  /** Far more than any test may take. A test waits so long for what must come at once. */
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final long MUCH = 100L * 1024 * 1024;
  private static final int LARGE = 20_000_000;

  /** What a server does with a request. */
  public enum Conduct {
    /** It says a word or more, and then nothing for as long as the client stays. */
    STALLS,
    /** It says a word or more, and closes the connection. */
    BREAKS,
    /** It refuses the key and repeats it in its words. */
    REFUSES_KEY,
    /** It fails with status 500. */
    FAILS
  }

  /** A server on this machine. */
  public interface Server extends AutoCloseable {
    String url();

    /**
     * Whether a client closed its connection while the server was still to answer; waits for it.
     */
    boolean awaitAbandoned(Duration limit) throws InterruptedException;

    @Override
    void close();
  }

  /** Starts a server that does this with every request. */
  protected abstract Server serving(Conduct conduct);

  /**
   * Opens the model for a server, with {@link #KEY} and with every timeout at ten minutes or more.
   *
   * @param url scheme, host and port, without a slash at the end; a path may follow it
   */
  protected abstract ChatModel open(String url);

  /** The content type of the provider's streams. */
  protected abstract String contentType();

  /** What stands before an event of the provider's streams, for example {@code data: }. */
  protected abstract String frame();

  @TestFactory
  final List<DynamicTest> aFailureIsAValueThatSaysWhatToDoAndNeverTheKey() {
    return Stream.of(Conduct.BREAKS, Conduct.REFUSES_KEY, Conduct.FAILS)
        .map(conduct -> DynamicTest.dynamicTest(conduct.name(), () -> assertFailure(conduct)))
        .toList();
  }

  private void assertFailure(Conduct conduct) {
    try (Server server = serving(conduct)) {
      List<ModelEvent> events = new ArrayList<>();

      ModelFailure failure = failure(open(server.url()), hello(), events);

      assertUseful(failure);
      assertThat(failure + " " + events + " " + failure.problem()).doesNotContain(KEY.reveal());
      assertThat(failure.kind().retryable()).isEqualTo(conduct != Conduct.REFUSES_KEY);
    }
  }

  @Test
  final void aServerThatIsNotThereIsAFailure() throws IOException {
    String url;
    try (ServerSocket closed = listener()) {
      url = url(closed);
    }

    assertUseful(failure(open(url), hello(), new ArrayList<>()));
  }

  @Test
  final void aServerThatDoesNotEncryptIsAFailure() {
    try (Server server = serving(Conduct.FAILS)) {
      String url = server.url().replace("http:", "https:");

      assertUseful(failure(open(url), hello(), new ArrayList<>()));
    }
  }

  @Test
  final void aLineOfAHundredMegabytesIsGivenUpEarly() throws IOException {
    AtomicLong sent = new AtomicLong();
    try (ServerSocket server = listener()) {
      answering(
          server,
          out -> {
            out.write(head());
            out.write(ascii(frame() + "{\"x\":\""));
            byte[] block = new byte[64 * 1024];
            Arrays.fill(block, (byte) 'x');
            while (sent.get() < MUCH) {
              out.write(block);
              sent.addAndGet(block.length);
            }
          });

      assertUseful(failure(open(url(server)), hello(), new ArrayList<>()));

      assertThat(sent.get()).isLessThan(MUCH / 2);
    }
  }

  @Test
  final void deeplyNestedJsonIsAFailure() throws IOException {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    try (ServerSocket server = listener()) {
      answering(
          server,
          out -> {
            out.write(head());
            out.write(ascii(frame() + "{\"type\":\"x\",\"deep\":" + deep + "}\n\n"));
          });

      assertUseful(failure(open(url(server)), hello(), new ArrayList<>()));
    }
  }

  @Test
  final void whatIsNoAnswerAtAllIsAFailure() throws IOException {
    try (ServerSocket server = listener()) {
      answering(server, out -> out.write(ascii("220 mail.example ESMTP\r\n")));

      assertUseful(failure(open(url(server)), hello(), new ArrayList<>()));
    }
  }

  @TestFactory
  final List<DynamicTest> aRefusalThatSaysNothingIsAFailure() {
    return Stream.of(200, 204, 301, 307, 400, 404, 500)
        .map(status -> DynamicTest.dynamicTest("" + status, () -> assertFailure(status)))
        .toList();
  }

  private void assertFailure(int status) throws IOException {
    try (ServerSocket server = listener()) {
      String answer =
          "HTTP/1.1 %d Word\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
              .formatted(status);
      answering(server, out -> out.write(ascii(answer)));

      assertUseful(failure(open(url(server)), hello(), new ArrayList<>()));
    }
  }

  @Test
  final void halfASurrogatePairInAMessageHarmsNobody() {
    try (Stage stage = talking()) {
      ModelRequest request =
          new ModelRequest("s\uD83D", List.of(new Message.User("a\uDE00b\uD83D")), List.of(LS));

      assertThat(turn(stage.model(), request, new ArrayList<>()).text()).isNotBlank();
    }
  }

  @Test
  final void cancellingWithinTheAnswerClosesTheConnection() throws Exception {
    try (Server server = serving(Conduct.STALLS)) {
      CountDownLatch begun = new CountDownLatch(1);
      Calling calling = new Calling(open(server.url()), hello(), begun);
      assertThat(begun.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

      calling.assertCancelled();

      assertThat(server.awaitAbandoned(SOON)).isTrue();
    }
  }

  @Test
  final void interruptingTheCallerCancelsTheCall() throws Exception {
    try (Server server = serving(Conduct.STALLS)) {
      CountDownLatch begun = new CountDownLatch(1);
      Calling calling = new Calling(open(server.url()), hello(), begun);
      assertThat(begun.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

      calling.thread.interrupt();

      assertThat(calling.result()).isEqualTo(new ModelResult.Cancelled());
      assertThat(server.awaitAbandoned(SOON)).isTrue();
    }
  }

  @Test
  final void cancellingBeforeTheFirstByteClosesTheConnection() throws Exception {
    try (ServerSocket server = listener()) {
      Calling calling = new Calling(open(url(server)), hello(), new CountDownLatch(1));
      try (Socket connection = server.accept()) {
        assertThat(connection.getInputStream().read()).isPositive();

        calling.assertCancelled();

        assertThat(connection.getInputStream().readAllBytes()).isNotNull();
      }
    }
  }

  @Test
  final void cancellingWhileALargeRequestIsSentEndsTheCall() throws Exception {
    ModelRequest large = new ModelRequest("x".repeat(LARGE), hello().messages(), hello().tools());
    try (ServerSocket deaf = listener()) {
      Calling calling = new Calling(open(url(deaf)), large, new CountDownLatch(1));
      try (Socket connection = deaf.accept()) {
        assertThat(connection.getInputStream().read()).isPositive();

        calling.assertCancelled();
      }
    }
  }

  @Test
  final void cancellingWhileTheConnectionIsEncryptedEndsTheCall() throws Exception {
    try (ServerSocket silent = listener()) {
      String url = url(silent).replace("http:", "https:");
      Calling calling = new Calling(open(url), hello(), new CountDownLatch(1));
      try (Socket connection = silent.accept()) {
        assertThat(connection.getInputStream().read()).isPositive();

        calling.assertCancelled();
      }
    }
  }

  @Test
  final void cancellingWhileTheConnectionIsMadeEndsTheCall() throws Exception {
    try (BusyServer busy = BusyServer.start()) {
      Calling calling = new Calling(open(busy.url()), hello(), new CountDownLatch(1));

      calling.assertCancelled();
    }
  }

  @Test
  final void cancellingWhileTheNameIsLookedUpEndsTheCall() throws Exception {
    Calling calling =
        new Calling(open("http://" + StuckNames.host()), hello(), new CountDownLatch(1));
    assertThat(StuckNames.awaitLookUp(SOON)).as("the resolver is in use").isTrue();

    calling.assertCancelled();
  }

  /** One call on a thread of its own. */
  private static final class Calling {
    private final CancelToken cancel = new CancelToken();
    private final CompletableFuture<ModelResult> result = new CompletableFuture<>();
    private final Thread thread;

    Calling(ChatModel model, ModelRequest request, CountDownLatch onText) {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      result.complete(
                          model.call(
                              request,
                              cancel,
                              event -> {
                                if (event instanceof ModelEvent.TextDelta) {
                                  onText.countDown();
                                }
                              }));
                    } catch (RuntimeException e) {
                      result.completeExceptionally(e);
                    }
                  });
    }

    void assertCancelled() throws Exception {
      cancel.cancel();
      assertThat(result()).isEqualTo(new ModelResult.Cancelled());
    }

    ModelResult result() throws Exception {
      return result.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static ModelFailure failure(
      ChatModel model, ModelRequest request, List<ModelEvent> events) {
    ModelResult result = model.call(request, new CancelToken(), events::add);
    assertThat(result).isInstanceOf(ModelResult.Failed.class);
    return ((ModelResult.Failed) result).failure();
  }

  private void assertUseful(ModelFailure failure) {
    assertThat(failure.provider()).isEqualTo(provider());
    assertThat(failure.problem().code()).isNotBlank();
    assertThat(failure.problem().message()).isNotBlank();
    assertThat(failure.problem().help()).isNotEmpty();
  }

  private static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 8, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
  }

  private static String url(ServerSocket server) {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** What is written to a client that has sent something. */
  private interface Writing {
    void to(OutputStream out) throws IOException;
  }

  /** Answers every connection in this way and closes it. */
  private static void answering(ServerSocket server, Writing writing) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try (Socket connection = server.accept()) {
                  if (connection.getInputStream().read() >= 0) {
                    writing.to(connection.getOutputStream());
                    connection.shutdownOutput();
                    connection.getInputStream().skip(Long.MAX_VALUE);
                  }
                } catch (IOException e) {
                  // The client has seen enough.
                }
              }
            });
  }

  private byte[] head() {
    return ascii(
        "HTTP/1.1 200 OK\r\nContent-Type: " + contentType() + "\r\nConnection: close\r\n\r\n");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
