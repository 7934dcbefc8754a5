package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.RecordedRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the SDK and the JDK would read from outside has no effect: a process of its own asks. */
@Timeout(120)
class EnvironmentTest {

  @Test
  void noVariableAndNoPropertyChangesEndpointKeyProxyRetriesOrOutput() throws Exception {
    // Given
    try (FakeAnthropic wanted =
            FakeAnthropic.start(Scenario.of(Answer.error(500, "once"), Answer.text("no")));
        FakeAnthropic decoy = FakeAnthropic.start(Scenario.of())) {
      String port = decoy.baseUrl().replaceFirst(".*:", "");
      Map<String, String> environment =
          Map.ofEntries(
              Map.entry("ANTHROPIC_API_KEY", "sk-ant-decoy"),
              Map.entry("ANTHROPIC_AUTH_TOKEN", "decoy-token"),
              Map.entry("ANTHROPIC_BASE_URL", decoy.baseUrl()),
              Map.entry("ANTHROPIC_LOG", "debug"),
              Map.entry("ANTHROPIC_CUSTOM_HEADERS", "x-decoy: yes"),
              Map.entry("ANTHROPIC_PROFILE", "decoy"),
              Map.entry("HTTP_PROXY", decoy.baseUrl()),
              Map.entry("http_proxy", decoy.baseUrl()),
              Map.entry("ALL_PROXY", decoy.baseUrl()),
              Map.entry("OTEL_TRACES_EXPORTER", "otlp"));
      List<String> properties =
          List.of(
              "-Danthropic.apiKey=sk-ant-decoy",
              "-Danthropic.authToken=decoy-token",
              "-Danthropic.baseUrl=" + decoy.baseUrl(),
              "-Dhttp.proxyHost=127.0.0.1",
              "-Dhttp.proxyPort=" + port,
              "-Dhttp.nonProxyHosts=",
              "-DsocksProxyHost=127.0.0.1",
              "-DsocksProxyPort=" + port);

      // When
      String output = output(AskingMain.class, environment, properties, wanted.baseUrl());

      // Then
      assertThat(output.strip()).isEqualTo("SERVER_ERROR");
      assertThat(wanted.messages()).hasSize(1);
      RecordedRequest request = wanted.messages().getFirst();
      assertThat(request.headers())
          .containsEntry("authorization", "Bearer " + Asking.KEY)
          .doesNotContainKeys("x-api-key", "x-decoy", "traceparent");
      assertThat(decoy.requests()).isEmpty();
    }
  }

  @Test
  void findingTheProviderDoesNotLoadTheSdk() throws Exception {
    // When
    String output =
        output(FindingMain.class, Map.of(), List.of("-Xlog:class+load:stdout"), "anthropic");

    // Then
    assertThat(output.lines().filter(line -> line.contains("ai.stigmer.models.anthropic")))
        .isNotEmpty();
    assertThat(
            output
                .lines()
                .filter(line -> line.contains(" com.anthropic.") || line.contains(" okhttp3.")))
        .isEmpty();
  }

  private static String output(
      Class<?> main, Map<String, String> environment, List<String> options, String argument)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), argument));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
