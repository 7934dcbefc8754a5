package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com, VENDOR, https://api.openai.com/v1",
    "https://api.openai.com/v1/, VENDOR, https://api.openai.com/v1",
    "https://eu.api.openai.com/v1, VENDOR, https://eu.api.openai.com/v1",
    "https://res.openai.azure.com, AZURE, https://res.openai.azure.com/openai/v1",
    "https://res.openai.azure.com/openai/v1/, AZURE, https://res.openai.azure.com/openai/v1",
    "https://res.services.ai.azure.com/openai/v1, AZURE, https://res.services.ai.azure.com/openai/v1",
    "http://localhost:1234/v1, COMPATIBLE, http://localhost:1234/v1",
    "http://0.0.0.0:8000/v1, COMPATIBLE, http://127.0.0.1:8000/v1",
    "https://openrouter.ai/api/v1, COMPATIBLE, https://openrouter.ai/api/v1",
    "https://api.openai.com.evil.example/v1, COMPATIBLE, https://api.openai.com.evil.example/v1",
    "https://evilapi.openai.com.example, COMPATIBLE, https://evilapi.openai.com.example",
    "https://notapi.openai.com/v1, COMPATIBLE, https://notapi.openai.com/v1",
  })
  void aHostTellsWhoseItIs(String given, Endpoint.Host host, String used) {
    Endpoint endpoint = Endpoint.of(Optional.of(given), Optional.empty());
    assertThat(endpoint.host()).isEqualTo(host);
    assertThat(endpoint.base()).isEqualTo(used);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://host", "localhost:1234", "http://", "http://a b", "http://h:9x"})
  void aBaseUrlThatIsNoneIsRefusedBeforeAnythingIsSent(String url) {
    assertThatThrownBy(() -> Endpoint.of(Optional.of(url), Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E114")
        .hasMessageContaining(url);
  }

  @Test
  void aPasswordInABaseUrlIsNotShown() {
    assertThatThrownBy(
            () -> Endpoint.of(Optional.of("https://me:sesame@host/v1"), Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E114")
        .hasMessageNotContaining("sesame");
  }

  @Test
  void aKeyThatCannotStandInAHeaderIsRefusedWithoutBeingShown() {
    assertThatThrownBy(
            () -> Endpoint.of(Optional.empty(), Optional.of(Secret.of("sk-ses\nX-Evil: ame"))))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E108")
        .hasMessageNotContaining("ses\n")
        .hasMessageNotContaining("ame");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk-ant-api03-x", "sk-or-v1-x", "gsk_x", "xai-x", "AIzaSyX"})
  void aKeyOfAnotherVendorIsNotOpenedWith(String key) {
    assertThatThrownBy(() -> open(Optional.empty(), Optional.of(Secret.of(key))))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E107")
        .hasMessageNotContaining(key);
  }

  @Test
  void theVendorNeedsAKeyAndAnotherServerDoesNot() {
    assertThatThrownBy(() -> open(Optional.empty(), Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("E101");
    open(Optional.of("http://localhost:1234/v1"), Optional.empty());
    open(Optional.of("http://localhost:1234/v1"), Optional.of(Secret.of("sk-or-v1-x")));
  }

  private static void open(Optional<String> url, Optional<Secret> key) {
    ModelSettings some = ModelSettings.of("openai", Asking.SOL);
    new OpenAiProvider()
        .open(
            new ModelSettings(
                "openai",
                Asking.SOL,
                url,
                key,
                some.maxTokens(),
                some.temperature(),
                some.contextLength(),
                some.effort(),
                some.dialect(),
                some.connectTimeout(),
                some.firstTokenTimeout(),
                some.idleTimeout()))
        .close();
  }
}
