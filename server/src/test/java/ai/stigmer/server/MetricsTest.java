package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator reads: metrics and readiness. */
class MetricsTest {
  @TempDir Path folder = Path.of("");

  @Test
  void aRunIsCounted() throws Exception {
    try (FakeOllama ollama =
            EventStreamTest.ollama(
                Answer.call("ls", "{\"path\":\"/\"}").tokens(100, 5),
                Answer.text("The folder is empty.").tokens(120, 7));
        TestingServer server = TestingServer.in(folder, ollama);
        TestingClient http = new TestingClient(server)) {
      http.events(EventStreamTest.execute(http, "What is here?"), "");

      var answer = http.get("/metrics");

      assertThat(answer.type()).startsWith("text/plain");
      assertThat(answer.text().lines())
          .contains(
              "stigmer_executions{phase=\"EXECUTION_COMPLETED\"} 1.0",
              "stigmer_executions{phase=\"EXECUTION_FAILED\"} 0.0",
              "stigmer_run_seconds_count{outcome=\"completed\"} 1",
              "stigmer_turn_seconds_count{outcome=\"answered\"} 2",
              "stigmer_tool_call_seconds_count{outcome=\"ok\"} 1",
              "stigmer_tokens_total{model=\"qwen2.5-coder:7b\",provider=\"ollama\",type=\"input\"}"
                  + " 220.0",
              "stigmer_tokens_total{model=\"qwen2.5-coder:7b\",provider=\"ollama\",type=\"output\"}"
                  + " 12.0",
              "stigmer_executions_live 0.0",
              "stigmer_executions_beginning 0.0",
              "stigmer_subscriber_states_skipped 0.0");
    }
  }

  @Test
  void aServerWithoutAKeyForItsModelIsDegradedAndSaysSo() throws Exception {
    try (TestingServer server =
            TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "anthropic"));
        TestingClient http = new TestingClient(server)) {
      var answer = http.get("/healthz/ready");

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("status").asText()).isEqualTo("degraded");
      assertThat(answer.json().at("/parts/2/name").asText()).isEqualTo("configuration");
      assertThat(answer.json().at("/parts/2/code").asText()).isEqualTo("E101");
      assertThat(answer.json().at("/parts/0/ok").asBoolean()).isTrue();
    }
  }
}
