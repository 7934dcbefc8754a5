package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaFailureTest {

  @Test
  void aServerThatIsNotThereIsNamedWithTheCommandThatStartsIt() throws IOException {
    // Given
    String url;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + closed.getLocalPort();
    }

    // When
    ModelFailure failure =
        new Asking(Asking.settings(url, Duration.ofSeconds(20), Duration.ofSeconds(20)))
            .failure(Asking.hello());

    // Then
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.problem().code()).isEqualTo("E201");
    assertThat(failure.problem().message()).isEqualTo("no Ollama server can be reached at " + url);
    assertThat(failure.problem().help()).startsWith("ollama serve");
  }

  @Test
  void aMissingModelIsNamedWithWhatIsInstalled() {
    // Given
    Scenario scenario =
        Scenario.of()
            .models(
                InstalledModel.withTools("gpt-oss:20b", 131_072),
                InstalledModel.withoutTools("tinyllama:1b", 2048));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.MODEL_MISSING);
      assertThat(failure.problem().code()).isEqualTo("E202");
      assertThat(failure.problem().message()).isEqualTo("model qwen3.5 is not installed in Ollama");
      assertThat(failure.problem().help())
          .containsExactly("ollama pull qwen3.5", "installed and fit for tools: gpt-oss:20b");
    }
  }

  @Test
  void aModelWithoutToolsIsNamedWithOneThatHasThem() {
    // Given
    Scenario scenario =
        Scenario.of()
            .models(
                InstalledModel.withoutTools("qwen3.5:latest", 2048),
                InstalledModel.withTools("gpt-oss:20b", 131_072));
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.MODEL_UNFIT);
      assertThat(failure.problem().code()).isEqualTo("E301");
      assertThat(failure.problem().help()).startsWith("stigmer run --model gpt-oss:20b");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | invalid message content                                  | E215 | BAD_REQUEST
          400 | the prompt is longer than the context length of the model | E302 | CONTEXT_OVERFLOW
          401 | unauthorized                                             | E110 | CREDENTIALS
          403 | ollama cloud is disabled                                 | E110 | CREDENTIALS
          404 | 404 page not found                                       | E204 | BAD_RESPONSE
          429 | too many requests                                        | E206 | RATE_LIMITED
          499 | request cancelled                                        | E204 | SERVER_ERROR
          500 | llama runner process has terminated                      | E204 | SERVER_ERROR
          500 | no user query found in messages                          | E302 | CONTEXT_OVERFLOW
          503 | server busy, please try again                            | E207 | OVERLOADED
          """)
  void aRefusalHasItsCode(int status, String text, String code, Kind kind) {
    // Given
    try (FakeOllama server = FakeOllama.start(Scenario.of(Answer.error(status, text)))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.status()).isEqualTo(status);
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.problem().code()).isEqualTo(code);
      assertThat(failure.problem().help()).isNotEmpty();
    }
  }

  @Test
  void aContextThatIsTooSmallNamesALargerOne() {
    // Given
    Answer refusal = Answer.error(400, "prompt is longer than the context length");
    try (FakeOllama server = FakeOllama.start(Scenario.of(refusal))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.problem().category()).isEqualTo(Category.MODEL);
      assertThat(failure.problem().help()).startsWith("--context-length 32768");
    }
  }

  @Test
  void anErrorWithinTheStreamIsAFailure() {
    // Given
    Answer failing = Answer.text("Hel").andErrorLine("unexpected EOF in runner");
    try (FakeOllama server = FakeOllama.start(Scenario.of(failing))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
      assertThat(failure.problem().message()).endsWith(" failed: unexpected EOF in runner");
    }
  }

  @Test
  void aLongErrorTextIsCutAndKeptOnOneLine() {
    // Given
    Answer failing = Answer.error(500, "a\nb\u001b[31m" + "x".repeat(1000));
    try (FakeOllama server = FakeOllama.start(Scenario.of(failing))) {

      // When
      String message = new Asking(server).failure(Asking.hello()).problem().message();

      // Then
      assertThat(message).contains("answered 500: a b [31mxxx").endsWith("x…").hasSizeLessThan(400);
    }
  }

  @Test
  void aServerThatSpeaksSomethingElseIsNamed() {
    // Given
    Answer html = Answer.empty().and(new Answer.Part.Raw("<html>It works!</html>"));
    try (FakeOllama server = FakeOllama.start(Scenario.of(html))) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(failure.problem().message()).endsWith("does not speak Ollama's API");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://0.0.0.0:11434, http://127.0.0.1:11434",
    "http://[::]:11434/, http://[::1]:11434",
    "0.0.0.0, http://127.0.0.1:11434",
    "gpu-box, http://gpu-box:11434",
    "gpu-box:8080/ollama/, http://gpu-box:8080/ollama",
    "[::1], http://[::1]:11434",
    "https://ollama.com, https://ollama.com",
    "HTTP://Host:1/a/b//, http://Host:1/a/b",
  })
  void aBaseUrlIsMadeReachable(String given, String used) {
    assertThat(Endpoint.of(Optional.of(given), Optional.empty()).base()).isEqualTo(used);
  }

  @ParameterizedTest
  @CsvSource({"ftp://host", "http://", "http://a b", "'http://host:99x'"})
  void aBaseUrlThatIsNoneIsRefusedBeforeAnythingIsSent(String url) {
    assertThatThrownBy(() -> Endpoint.of(Optional.of(url), Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining(url);
  }
}
