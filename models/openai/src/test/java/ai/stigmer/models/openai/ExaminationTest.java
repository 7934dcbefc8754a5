package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.Finding.Level;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.Scenario;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExaminationTest {

  @Test
  void keyServerAndModelAreLookedAtWithoutAnyCost() {
    // Given
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of().requiring("sesame"))) {

      // When
      List<Finding> findings = examine(Asking.Wish.chat(server.baseUrl()).key("sesame"));

      // Then
      assertThat(findings)
          .containsExactly(
              Finding.ok("key", "a key is sent, and accepted"),
              Finding.ok("server", server.baseUrl() + " answers"),
              Finding.ok("model", "local-model is known there"));
      assertThat(server.asked()).isEmpty();
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aWrongKeyIsFoundBeforeARun() {
    // Given
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of().requiring("sesame"))) {

      // When
      List<Finding> findings = examine(Asking.Wish.chat(server.baseUrl()).key("wrong-key"));

      // Then
      assertThat(findings).hasSize(1);
      assertThat(findings.getFirst().subject()).isEqualTo("key");
      assertThat(findings.getFirst().level()).isEqualTo(Level.FAILED);
      assertThat(findings.getFirst().code()).contains("E110");
      assertThat(findings.getFirst().text()).doesNotContain("wrong-key");
    }
  }

  @Test
  void aMissingKeyOfTheVendorIsFoundWithoutANetwork() {
    // When
    List<Finding> findings = new OpenAiProvider().examine(ModelSettings.of("openai", Asking.SOL));

    // Then
    assertThat(findings).hasSize(1);
    assertThat(findings.getFirst().code()).contains("E101");
  }

  @Test
  void aModelThatACompatibleServerDoesNotListIsAWarningAndTheVendorsAFailure() {
    // Given
    try (FakeChatCompletions server = FakeChatCompletions.start(Scenario.of().models("one"))) {
      Asking.Wish wish = Asking.Wish.chat(server.baseUrl());
      Endpoint vendor =
          new Endpoint(
              java.net.URI.create(server.baseUrl()), Endpoint.Host.VENDOR, wish.key("k").key());
      LazySdk sdk =
          new LazySdk(
                  () ->
                      new Sdk(
                          new Transport(
                              new SharedConnections().pool(),
                              vendor,
                              wish.settings().connectTimeout()),
                          vendor))
              .begin();

      // When
      Finding compatible = examine(wish).getLast();
      Finding own = new Examination(wish.settings(), vendor, sdk).findings().getLast();

      // Then
      assertThat(compatible.level()).isEqualTo(Level.WARNING);
      assertThat(compatible.text())
          .isEqualTo("local-model is not among the 1 models that are listed there");
      assertThat(own.level()).isEqualTo(Level.FAILED);
      assertThat(own.code()).contains("E202");
    }
  }

  @Test
  void aServerThatIsNotThereOrListsNothingIsFound() {
    // Given
    String gone;
    try (RawHttp closed = new RawHttp("")) {
      gone = closed.baseUrl();
    }
    try (RawHttp other = new RawHttp("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}")) {

      // When
      Finding unreachable = examine(Asking.Wish.chat(gone)).getFirst();
      Finding silent = examine(Asking.Wish.chat(other.baseUrl())).getFirst();

      // Then
      assertThat(unreachable.level()).isEqualTo(Level.FAILED);
      assertThat(unreachable.code()).contains("E201");
      assertThat(silent.level()).isEqualTo(Level.WARNING);
    }
  }

  private static List<Finding> examine(Asking.Wish wish) {
    return new OpenAiProvider().examine(wish.settings());
  }
}
