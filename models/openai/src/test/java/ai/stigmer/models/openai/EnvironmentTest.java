package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the environment of a process may not do behind the user's back. */
@Timeout(90)
class EnvironmentTest {

  @Test
  void noVariableAndNoPropertyChangesWhereARequestGoesOrWhatItCarries() throws Exception {
    // Given
    try (FakeResponses server = FakeResponses.start(Scenario.of(Answer.text("ok")));
        FakeChatCompletions decoy = FakeChatCompletions.start(Scenario.of())) {
      String foreign = decoy.baseUrl();
      String host = "127.0.0.1";
      String port = foreign.replaceAll(".*:(\\d+)/.*", "$1");
      Map<String, String> variables =
          Map.ofEntries(
              Map.entry("OPENAI_API_KEY", "sk-from-environment"),
              Map.entry("OPENAI_ADMIN_KEY", "sk-admin"),
              Map.entry("OPENAI_BASE_URL", foreign),
              Map.entry("OPENAI_ORG_ID", "org-evil"),
              Map.entry("OPENAI_PROJECT_ID", "proj-evil"),
              Map.entry("OPENAI_CUSTOM_HEADERS", "X-Evil: yes"),
              Map.entry("OPENAI_WEBHOOK_SECRET", "whsec"),
              Map.entry("OPENAI_LOG", "debug"),
              Map.entry("AZURE_OPENAI_KEY", "azure-key"),
              Map.entry("HTTP_PROXY", foreign),
              Map.entry("HTTPS_PROXY", foreign),
              Map.entry("ALL_PROXY", foreign),
              Map.entry("http_proxy", foreign));
      List<String> properties =
          List.of(
              "-Dopenai.baseUrl=" + foreign,
              "-Dopenai.apiKey=sk-from-property",
              "-Dopenai.adminKey=sk-admin",
              "-Dopenai.orgId=org-evil",
              "-Dopenai.projectId=proj-evil",
              "-Dhttp.proxyHost=" + host,
              "-Dhttp.proxyPort=" + port,
              "-Dhttp.nonProxyHosts=",
              "-Dhttps.proxyHost=" + host,
              "-Dhttps.proxyPort=" + port,
              "-DsocksProxyHost=" + host,
              "-DsocksProxyPort=" + port,
              "-DsocksNonProxyHosts=");

      // When
      Output output =
          run(variables, properties, List.of(server.baseUrl(), Asking.SOL, "RESPONSES", "sk-own"));

      // Then
      assertThat(output.text()).contains("said ok");
      assertThat(output.errors()).isEmpty();
      assertThat(decoy.requests()).isEmpty();
      RecordedRequest request = server.asked().getFirst();
      assertThat(server.asked()).hasSize(1);
      assertThat(request.headers())
          .containsEntry("authorization", "Bearer sk-own")
          .containsEntry("accept-encoding", "identity")
          .containsOnlyKeys(
              "accept",
              "accept-encoding",
              "authorization",
              "connection",
              "content-length",
              "content-type",
              "host",
              "user-agent");
    }
  }

  @Test
  void withoutAKeyOfTheSettingsTheOneOfTheEnvironmentIsNotSent() throws Exception {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of(Answer.text("ok")))) {

      // When
      Output output =
          run(
              Map.of("OPENAI_API_KEY", "sk-from-environment"),
              List.of("-Dopenai.apiKey=sk-from-property"),
              List.of(server.baseUrl(), Asking.LOCAL, "CHAT"));

      // Then
      assertThat(output.text()).contains("said ok");
      assertThat(server.asked().getFirst().headers())
          .doesNotContainKeys("authorization", "api-key");
    }
  }

  @Test
  void aRefusalIsAskedForOnceOnlyAndNothingIsLogged() throws Exception {
    // Given
    try (FakeChatCompletions server =
        FakeChatCompletions.start(
            Scenario.answering(body -> Answer.refusal(503, "x", "y", "busy")))) {

      // When
      Output output =
          run(
              Map.of("OPENAI_LOG", "debug"),
              List.of(),
              List.of(server.baseUrl(), Asking.LOCAL, "CHAT"));

      // Then
      assertThat(output.text()).contains("failed");
      assertThat(output.errors()).isEmpty();
      assertThat(server.asked()).hasSize(1);
    }
  }

  @Test
  void findingTheProviderLoadsNothingOfTheSdk() throws Exception {
    // When
    Output output = run(Map.of(), List.of("-Xlog:class+load"), List.of());

    // Then
    assertThat(output.text())
        .contains("provider openai")
        .contains("ai.stigmer.models.openai.OpenAiProvider")
        .doesNotContain(" com.openai.")
        .doesNotContain(" okhttp3.")
        .doesNotContain(" com.fasterxml.")
        .doesNotContain(" kotlin.");
  }

  private record Output(String text, String errors) {}

  private static Output run(
      Map<String, String> variables, List<String> options, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ChildMain.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(variables);
    Path errors = java.nio.file.Files.createTempFile("openai-child", ".txt");
    builder.redirectError(errors.toFile());
    Process process = builder.start();
    try {
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Output(text, java.nio.file.Files.readString(errors));
    } finally {
      process.destroyForcibly();
      java.nio.file.Files.deleteIfExists(errors);
    }
  }
}
