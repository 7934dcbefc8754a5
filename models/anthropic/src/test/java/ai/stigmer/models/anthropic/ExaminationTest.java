package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.Finding.Level;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.OfferedModel;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.RecordedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExaminationTest {

  private static List<Finding> findings(String url) {
    return new AnthropicProvider().examine(Asking.settings(url));
  }

  @Test
  void aModelThatIsThereIsFoundWithOneQuestionThatCostsNothing() {
    // Given
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of())) {

      // When
      List<Finding> findings = findings(server.baseUrl());

      // Then
      assertThat(findings)
          .containsExactly(
              Finding.ok("key", "a key is set"),
              Finding.ok("server", "Anthropic answers at " + server.baseUrl()),
              Finding.ok("model", "claude-opus-5-5 takes 1,000,000 tokens and gives 128,000"));
      assertThat(server.requests())
          .extracting(RecordedRequest::path)
          .containsExactly("/v1/models/claude-opus-5-5");
    }
  }

  @ParameterizedTest
  @CsvSource({"deprecated, WARNING, retires on 2026-11-30", "retired, FAILED, has retired"})
  void aModelThatEndsIsNamedWithItsSuccessor(String stage, Level level, String words) {
    // Given
    OfferedModel ending = OfferedModel.active(Asking.MODEL).retiring(stage, "2026-11-30T00:00:00Z");
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of().models(ending))) {

      // When
      Finding model = findings(server.baseUrl()).getLast();

      // Then
      assertThat(model.subject()).isEqualTo("model");
      assertThat(model.level()).isEqualTo(level);
      assertThat(model.text()).contains(words);
      assertThat(model.help().toString()).contains("claude-sonnet-5-5");
    }
  }

  @Test
  void aModelThatIsNotThereFails() {
    // Given
    try (FakeAnthropic server =
        FakeAnthropic.start(Scenario.of().models(OfferedModel.active("claude-other")))) {

      // When
      List<Finding> findings = findings(server.baseUrl());

      // Then
      assertThat(findings).extracting(Finding::subject).containsExactly("key", "server", "model");
      assertThat(findings.getLast().text()).isEqualTo("Anthropic has no model claude-opus-5-5");
    }
  }

  @Test
  void aLimitThatTheModelDoesNotHaveIsAWarning() {
    // Given
    OfferedModel small = new OfferedModel(Asking.MODEL, 200_000, 4_000, "active", Optional.empty());
    try (FakeAnthropic server = FakeAnthropic.start(Scenario.of().models(small))) {

      // When
      Finding last = findings(server.baseUrl()).getLast();

      // Then
      assertThat(last.level()).isEqualTo(Level.WARNING);
      assertThat(last.text())
          .isEqualTo("8,192 tokens are asked for, but the model gives 4,000 at most");
      assertThat(last.help()).containsExactly("stigmer config set llm.max_tokens 4000");
    }
  }

  @Test
  void aKeyThatIsRefusedFails() {
    // Given
    FakeAnthropic server = FakeAnthropic.start(Scenario.of().key("sk-ant-other"));

    // When
    Finding last = findings(server.baseUrl()).getLast();

    // Then
    assertThat(last.subject()).isEqualTo("key");
    assertThat(last.code()).contains("E110");
    server.closeIgnoringViolations();
  }

  @Test
  void aServerThatIsNotThereFails() throws IOException {
    // Given
    String url;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + closed.getLocalPort();
    }

    // When
    Finding last = findings(url).getLast();

    // Then
    assertThat(last.subject()).isEqualTo("server");
    assertThat(last.code()).contains("E201");
  }
}
