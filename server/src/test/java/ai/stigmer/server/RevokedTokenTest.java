package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.guard.TokenList;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests under way when their token counts no more. */
@Timeout(300)
class RevokedTokenTest {
  @TempDir Path folder = Path.of("");

  @Test
  void aStreamEndsWithItsTokenAndOthersGoOn() throws Exception {
    var held = new CountDownLatch(1);
    try (FakeOllama ollama = FakeOllama.start(waiting(held));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      // Given
      TokenList tokens = TokenList.in(server.home(), InstantSource.system());
      String reader = tokens.create("reader", Scope.READ, Optional.empty());
      String id = EventStreamTest.execute(http, "go");
      try (InputStream revoked = stream(http, id, reader);
          InputStream kept = stream(http, id, server.token())) {
        assertThat(revoked.read()).isPositive();
        assertThat(kept.read()).isPositive();
        // When
        tokens.revoke("reader");
        // Then
        assertThat(rest(revoked)).doesNotContain("RUN_FINISHED");
        held.countDown();
        assertThat(rest(kept)).contains("RUN_FINISHED");
        assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
      }
    }
  }

  private static Scenario waiting(CountDownLatch held) {
    return Scenario.answering(
            body -> {
              try {
                held.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Answer.text("Done.");
            })
        .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768));
  }

  private static InputStream stream(TestingClient http, String id, String token) throws Exception {
    return http.open(
            http.bare("/api/executions/" + id + "/events")
                .header("authorization", "Bearer " + token)
                .build())
        .body();
  }

  /** What comes until the stream ends or breaks. */
  private static String rest(InputStream stream) {
    var text = new StringBuilder();
    byte[] piece = new byte[4_096];
    try {
      for (int n = stream.read(piece); n >= 0; n = stream.read(piece)) {
        text.append(new String(piece, 0, n, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      text.append("\nbroke");
    }
    return text.toString();
  }
}
