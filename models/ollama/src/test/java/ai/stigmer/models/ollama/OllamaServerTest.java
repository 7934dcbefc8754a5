package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class OllamaServerTest {

  @Test
  void tellsVersionModelsAndWhatAModelCanDo() {
    // Given
    InstalledModel model = InstalledModel.withTools("a:1b", 8192);
    InstalledModel remote = model.remoteAt("ollama.com");
    Scenario scenario = Scenario.of().version("0.33.1").models(model, remote);
    try (FakeOllama fake = FakeOllama.start(scenario)) {
      OllamaServer server = OllamaServer.at(fake.baseUrl(), Optional.empty());

      // When
      Reply<String> version = server.version();
      Reply<List<OllamaServer.Installed>> installed = server.installed();
      Reply<OllamaServer.Card> card = server.show("a:1b");

      // Then
      List<String> capabilities = List.of("completion", "tools");
      assertThat(version).isEqualTo(new Reply.Ok<>("0.33.1"));
      assertThat(installed)
          .isEqualTo(
              new Reply.Ok<>(
                  List.of(
                      new OllamaServer.Installed(
                          "a:1b", 4_683_087_332L, model.digest(), Optional.empty(), capabilities),
                      new OllamaServer.Installed(
                          "a:1b",
                          4_683_087_332L,
                          model.digest(),
                          Optional.of("ollama.com"),
                          capabilities))));
      assertThat(card)
          .isEqualTo(new Reply.Ok<>(new OllamaServer.Card(OptionalInt.of(8192), capabilities)));
    }
  }

  @Test
  void aMissingModelIsAValue() {
    // Given
    try (FakeOllama fake = FakeOllama.start(Scenario.of())) {

      // When
      Reply<OllamaServer.Card> card =
          OllamaServer.at(fake.baseUrl(), Optional.empty()).show("nope:1b");

      // Then
      assertThat(card)
          .isInstanceOfSatisfying(
              Reply.Failed.class,
              failed -> assertThat(failed.failure().problem().code()).isEqualTo("E202"));
    }
  }
}
