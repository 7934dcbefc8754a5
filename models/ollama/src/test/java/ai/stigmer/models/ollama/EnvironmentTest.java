package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the environment of a process may not do behind the user's back. */
@Timeout(120)
class EnvironmentTest {

  @Test
  void noVariableAndNoPropertyChangesWhereARequestGoesOrWhatItCarries() throws Exception {
    // Given
    try (FakeOllama wanted = FakeOllama.start(Scenario.of(Answer.text("ok")));
        FakeOllama decoy = FakeOllama.start(Scenario.of())) {
      String port = decoy.baseUrl().replaceFirst(".*:", "");
      Map<String, String> variables =
          Map.of(
              "OLLAMA_HOST", decoy.baseUrl(),
              "OLLAMA_API_KEY", "key-of-the-environment",
              "HTTP_PROXY", decoy.baseUrl(),
              "http_proxy", decoy.baseUrl(),
              "ALL_PROXY", decoy.baseUrl());
      List<String> properties =
          List.of(
              "-Dhttp.proxyHost=127.0.0.1",
              "-Dhttp.proxyPort=" + port,
              "-Dhttp.nonProxyHosts=",
              "-DsocksProxyHost=127.0.0.1",
              "-DsocksProxyPort=" + port,
              "-DsocksNonProxyHosts=",
              "-Djava.net.useSystemProxies=true");

      // When
      String output = output(variables, properties, wanted.baseUrl());

      // Then
      assertThat(output).isEqualTo("said ok");
      assertThat(decoy.requests()).isEmpty();
      assertThat(wanted.chats()).hasSize(1);
      RecordedRequest request = wanted.chats().getFirst();
      assertThat(request.headers())
          .containsOnlyKeys("host", "user-agent", "content-type", "content-length");
    }
  }

  private static String output(Map<String, String> variables, List<String> options, String url)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), AskingMain.class.getName(), url));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(variables);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }
}
