package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.EventCodec;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a run's feed tells of text that streams in many pieces. */
@Timeout(180)
class FeedTest {
  private static final int PIECES = 1_300;

  /** About a piece at a time. */
  private static final Fault ONE_BY_ONE = new Fault.Trickle(128, Duration.ofMillis(1));

  @TempDir Path folder = Path.of("");

  @Test
  void manyPiecesOfTextAreToldAsFewWithNothingLost() throws Exception {
    String[] pieces =
        IntStream.range(0, PIECES).mapToObj(i -> "w" + i + " ").toArray(String[]::new);
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text(pieces).with(ONE_BY_ONE))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      String agent =
          http.call("POST", "/api/agents", HttpApiTest.agent("Teller", "You tell stories."))
              .json()
              .at("/metadata/id")
              .asText();
      String run =
          http.call(
                  "POST",
                  "/api/executions",
                  "{\"spec\":{\"agentId\":\"%s\",\"message\":\"Tell\"}}".formatted(agent))
              .json()
              .at("/metadata/id")
              .asText();

      List<AgentEvent> events = feed(http, run);

      List<String> texts =
          events.stream()
              .filter(AgentEvent.TextDelta.class::isInstance)
              .map(event -> ((AgentEvent.TextDelta) event).text())
              .toList();
      assertThat(String.join("", texts)).isEqualTo(String.join("", pieces));
      assertThat(texts).hasSizeLessThan(PIECES / 2);
      assertThat(events.getLast()).isInstanceOf(AgentEvent.RunFinished.class);
    }
  }

  private static List<AgentEvent> feed(TestingClient http, String run) throws Exception {
    return http.send(http.request("/api/executions/" + run + "/feed").build())
        .text()
        .lines()
        .filter(line -> line.startsWith("data: ") && !line.contains("\"start_line\""))
        .map(line -> EventCodec.decode(line.substring("data: ".length())))
        .toList();
  }
}
