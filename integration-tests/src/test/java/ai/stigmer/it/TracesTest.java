package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.it.TraceCollector.Told;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What runs tell a collector of OpenTelemetry, each run in a process of its own. */
class TracesTest {
  private static final String SECRET = "canary-of-the-trace-0123456789";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";

  @TempDir Path folder = Path.of("");

  private static FakeOllama ollama() {
    return FakeOllama.start(
        Scenario.of(
                Answer.call("write_file", "{\"file_path\":\"a.txt\",\"content\":\"one\"}"),
                Answer.call(
                    "task", "{\"description\":\"look\",\"subagent_type\":\"general-purpose\"}"),
                Answer.text("It is ", SECRET),
                Answer.call("read_file", "{\"file_path\":\"none.txt\"}"),
                Answer.text("All is ", "written."))
            .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  private StigmerProcess stigmer(FakeOllama ollama) {
    return ServerProcess.stigmer(folder, ollama).with("STIGMER_CANARY_TOKEN", SECRET);
  }

  private Ended run(StigmerProcess stigmer) throws Exception {
    Path workspace = Files.createDirectories(folder.resolve("work"));
    return stigmer.run("run", "--workspace", workspace.toString(), "write it down");
  }

  private static Told only(List<Told> spans, String name) {
    List<Told> found = spans.stream().filter(span -> span.name().equals(name)).toList();
    assertThat(found).as(name + " of " + spans).hasSize(1);
    return found.getFirst();
  }

  @Test
  void aRunIsToldAsAgentsStepsAnswersAndCallsWithoutWhatWasSaid() throws Exception {
    try (TraceCollector collector = TraceCollector.start();
        FakeOllama ollama = ollama()) {
      Ended ended =
          run(
              stigmer(ollama)
                  .with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
                  .with("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20aaaa,x-scope=one")
                  .with("OTEL_SERVICE_NAME", "of-the-test"));

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).doesNotContain("traces");
      List<Told> spans = collector.spans();
      assertThat(spans).extracting(Told::trace).containsOnly(spans.getFirst().trace());
      Told agent = only(spans, "invoke_agent assistant");
      assertThat(agent.parent()).isEmpty();
      assertThat(agent.get("gen_ai.operation.name")).isEqualTo("invoke_agent");
      assertThat(agent.get("gen_ai.provider.name")).isEqualTo("ollama");
      assertThat(agent.get("stigmer.run.end")).isEqualTo("completed");
      assertThat(agent.get("gen_ai.conversation.id")).isEqualTo(agent.get("stigmer.run.id"));
      Told second =
          spans.stream()
              .filter(s -> s.name().equals("step 2") && s.parent().equals(agent.id()))
              .findFirst()
              .orElseThrow();
      Told task = only(spans, "execute_tool task");
      assertThat(task.parent()).isEqualTo(second.id());
      Told child = only(spans, "invoke_agent general-purpose");
      assertThat(child.parent()).isEqualTo(task.id());
      assertThat(child.get("stigmer.run.id")).isNotEqualTo(agent.get("stigmer.run.id"));
      assertThat(child.get("gen_ai.conversation.id")).isEqualTo(agent.get("stigmer.run.id"));
      Told chat =
          spans.stream()
              .filter(span -> span.parent().equals(second.id()) && span.name().startsWith("chat"))
              .findFirst()
              .orElseThrow();
      assertThat(chat.name()).isEqualTo("chat qwen2.5-coder:7b");
      assertThat(chat.has())
          .containsKeys(
              "gen_ai.usage.input_tokens",
              "gen_ai.usage.output_tokens",
              "gen_ai.response.model",
              "gen_ai.response.finish_reasons");
      assertThat(spans).filteredOn(span -> span.name().startsWith("chat")).hasSize(5);
      Told missing = only(spans, "execute_tool read_file");
      assertThat(missing.error()).isTrue();
      assertThat(missing.get("error.type")).isEqualTo("error");
      assertThat(only(spans, "execute_tool write_file").error()).isFalse();
      assertThat(collector.sender()).containsEntry("service.name", "of-the-test");
      assertThat(collector.scope()).isEqualTo("stigmer");
      assertThat(collector.headers())
          .allSatisfy(
              headers -> {
                assertThat(headers.get("Authorization")).containsExactly("Basic aaaa");
                assertThat(headers.get("X-scope")).containsExactly("one");
              });
      assertThat(collector.text())
          .doesNotContain(SECRET, "write it down", "a.txt", "none.txt", "written", "look");
    }
  }

  @Test
  void whatWasSaidIsToldWhenSomebodySwitchesItOnButNoSecret() throws Exception {
    try (TraceCollector collector = TraceCollector.start();
        FakeOllama ollama = ollama()) {
      Ended ended =
          run(
              stigmer(ollama)
                  .with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.endpoint() + "/v1/traces")
                  .with("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true"));

      assertThat(ended.status()).as(ended.err()).isZero();
      List<Told> spans = collector.spans();
      Told agent = only(spans, "invoke_agent assistant");
      assertThat(agent.get("gen_ai.input.messages")).contains("write it down");
      assertThat(agent.get("gen_ai.output.messages")).contains("All is written.");
      Told write = only(spans, "execute_tool write_file");
      assertThat(write.get("gen_ai.tool.call.arguments")).contains("a.txt");
      assertThat(write.get("gen_ai.tool.call.result")).isNotEmpty();
      assertThat(collector.text()).contains("It is ").doesNotContain(SECRET);
    }
  }

  @ParameterizedTest(name = "[{0}]")
  @CsvSource({"'', false", "http://127.0.0.1:1, true"})
  void withoutAnEndpointNoClassOfTheSdkIsLoaded(String endpoint, boolean isLoaded)
      throws Exception {
    Path classes = folder.resolve("classes");
    try (FakeOllama ollama = ollama()) {
      Ended ended =
          run(
              stigmer(ollama)
                  .with("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
                  .with("OTEL_SERVICE_NAME", "of-the-test")
                  .with("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + classes));

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(Files.readString(classes).contains("io.opentelemetry.sdk")).isEqualTo(isLoaded);
    }
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource({
    "OTEL_EXPORTER_OTLP_ENDPOINT, http://127.0.0.1:1, E143",
    "OTEL_EXPORTER_OTLP_ENDPOINT, 127.0.0.1:4318, E142",
    "OTEL_EXPORTER_OTLP_PROTOCOL, grpc, E142",
  })
  void aRunGoesOnWithoutACollectorAndSaysSo(String variable, String value, String code)
      throws Exception {
    try (FakeOllama ollama = ollama()) {
      Ended ended =
          run(
              stigmer(ollama)
                  .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
                  .with(variable, value));

      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out()).contains("All is written.");
      assertThat(ended.err()).containsOnlyOnce("note: " + code + ": traces");
    }
  }

  @Test
  void aRunOfAServerHangsUnderTheRequestThatAskedForIt() throws Exception {
    try (TraceCollector collector = TraceCollector.start();
        FakeOllama ollama = ollama();
        ServerProcess server =
            ServerProcess.start(
                stigmer(ollama).with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()))) {
      assertUnderTheRequest(server, collector);
    }
  }

  @Test
  void aRunThatAWorkerDrivesHangsUnderTheRequestToTheServer() throws Exception {
    try (TraceCollector collector = TraceCollector.start();
        FakeOllama ollama = ollama();
        TemporalSite site = new TemporalSite(folder, Optional.empty())) {
      StigmerProcess here =
          site.stigmer(folder)
              .with("OLLAMA_BASE_URL", ollama.baseUrl())
              .with("HOME", folder.toString());
      try (ServerProcess server = ServerProcess.start(here, "--engine", "temporal")) {
        var _ = site.worker(here.with("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()));
        assertUnderTheRequest(server, collector);
      }
    }
  }

  private static void assertUnderTheRequest(ServerProcess server, TraceCollector collector)
      throws Exception {
    post(
        server,
        "/api/agents",
        "{\"metadata\":{\"name\":\"helper\"},\"spec\":{\"instructions\":\"You help with files.\"}}");
    String answer =
        post(
            server,
            "/v1/chat/completions",
            "{\"model\":\"helper\",\"messages\":[{\"role\":\"user\",\"content\":\"write\"}]}");
    assertThat(answer).contains("All is written.");
    TemporalSite.until(
        "the run's own span",
        () -> collector.spans().stream().anyMatch(s -> s.name().equals("invoke_agent helper")));
    Told agent = only(collector.spans(), "invoke_agent helper");
    assertThat(agent.trace()).isEqualTo(TRACE);
    assertThat(agent.parent()).isEqualTo(CALLER);
    assertThat(collector.spans()).extracting(Told::trace).containsOnly(TRACE);
  }

  private static String post(ServerProcess server, String path, String json) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(server.uri() + path))
                  .header("authorization", "Bearer " + server.token())
                  .header("content-type", "application/json")
                  .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                  .POST(HttpRequest.BodyPublishers.ofString(json))
                  .build(),
              BodyHandlers.ofString())
          .body();
    }
  }
}
