package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.Fault;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CancelTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Answer STALLING = Answer.text("Hello").with(new Fault.StallAt(900));

  private final CancelToken cancel = new CancelToken();

  private CompletableFuture<ModelResult> calling(
      ModelSettings settings, ModelRequest request, Consumer<ModelEvent> events) {
    ChatModel model = new AnthropicProvider().open(settings);
    CompletableFuture<ModelResult> result = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> result.complete(model.call(request, cancel, events)));
    return result;
  }

  @Test
  void withinTheAnswerItEndsTheCallAndClosesTheConnection() throws Exception {
    // Given
    CountDownLatch begun = new CountDownLatch(1);
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(STALLING))) {
      var result =
          calling(
              Asking.settings(server.baseUrl(), LONG, LONG),
              Asking.hello(),
              event -> begun.countDown());
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

      // When
      cancel.cancel();

      // Then
      assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
      assertThat(server.awaitAbandoned(Duration.ofSeconds(1))).isTrue();
    }
  }

  @Test
  void beforeTheFirstByteItEndsTheCall() throws Exception {
    // Given
    CountDownLatch asked = new CountDownLatch(1);
    Scenario scenario =
        Scenario.answering(
            body -> {
              asked.countDown();
              return Answer.text("x").after(Duration.ofMinutes(5));
            });
    try (FakeAnthropic server = FakeAnthropic.start(scenario)) {
      var result =
          calling(Asking.settings(server.baseUrl(), LONG, LONG), Asking.hello(), event -> {});
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

      // When
      cancel.cancel();

      // Then
      assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
    }
  }

  @Test
  void whileTheConnectionIsBeingEncryptedItEndsTheCall() throws Exception {
    // Given
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var result =
          calling(
              Asking.settings("https://127.0.0.1:" + silent.getLocalPort(), LONG, LONG),
              Asking.hello(),
              event -> {});
      try (Socket connected = silent.accept()) {
        assertThat(connected.getInputStream().read()).isPositive();

        // When
        cancel.cancel();

        // Then
        assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
      }
    }
  }

  @Test
  void whileALargeRequestIsBeingSentItEndsTheCall() throws Exception {
    // Given
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ModelRequest large =
          new ModelRequest("x".repeat(30_000_000), Asking.hello().messages(), List.of());
      var result =
          calling(
              Asking.settings("http://127.0.0.1:" + deaf.getLocalPort(), LONG, LONG),
              large,
              event -> {});
      try (Socket connected = deaf.accept()) {
        assertThat(connected.getInputStream().read()).isPositive();

        // When
        cancel.cancel();

        // Then
        assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
      }
    }
  }

  @Test
  void interruptingTheCallerCancelsTheCall() throws Exception {
    // Given
    CountDownLatch begun = new CountDownLatch(1);
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of(STALLING))) {
      ChatModel model = new AnthropicProvider().open(Asking.settings(server.baseUrl(), LONG, LONG));
      CompletableFuture<ModelResult> result = new CompletableFuture<>();
      Thread caller =
          Thread.ofVirtual()
              .start(
                  () ->
                      result.complete(
                          model.call(Asking.hello(), cancel, event -> begun.countDown())));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

      // When
      caller.interrupt();

      // Then
      assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(new ModelResult.Cancelled());
      assertThat(server.awaitAbandoned(Duration.ofSeconds(1))).isTrue();
    }
  }
}
