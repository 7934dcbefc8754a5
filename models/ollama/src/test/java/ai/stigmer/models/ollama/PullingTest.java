package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Pull;
import ai.stigmer.testkit.ollama.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PullingTest {
  private static final InstalledModel MODEL =
      InstalledModel.withTools("gemma4:12b", 65_536).size(8_000);

  private final List<PullProgress> progress = new ArrayList<>();

  @Test
  void aModelIsThereAfterwardsAndItsBytesWereCounted() {
    // Given
    try (FakeOllama fake = started(Pull.of(MODEL))) {
      OllamaServer server = server(fake);

      // When
      PullEnd end = server.pull("gemma4:12b", new CancelToken(), progress::add);

      // Then
      assertThat(end).isEqualTo(new PullEnd.Installed());
      assertThat(server.installed("gemma4:12b")).isPresent();
      assertThat(progress.getFirst()).isEqualTo(new PullProgress("pulling manifest", 0, 0));
      assertThat(progress.getLast()).isEqualTo(new PullProgress("writing manifest", 8_000, 8_000));
      assertThat(progress).extracting(PullProgress::completed).isSorted();
      assertThat(fake.to("/api/pull").getFirst().body().toString())
          .isEqualTo("{\"model\":\"gemma4:12b\",\"stream\":true}");
    }
  }

  @Test
  void aPullThatWasCancelledGoesOnWhereItStopped() throws Exception {
    // Given
    try (FakeOllama fake = started(Pull.of(MODEL).steps(80, Duration.ofMillis(20)))) {
      CancelToken cancel = new CancelToken();

      // When
      PullEnd end =
          server(fake)
              .pull(
                  "gemma4:12b",
                  cancel,
                  step -> {
                    if (step.completed() >= 2_000) {
                      cancel.cancel();
                    }
                  });

      // Then
      assertThat(end).isEqualTo(new PullEnd.Cancelled());
      assertThat(fake.awaitAbandoned(Duration.ofSeconds(10))).isTrue();
      assertThat(server(fake).installed("gemma4:12b")).isEmpty();
      assertThat(server(fake).pull("gemma4:12b", new CancelToken(), progress::add))
          .isEqualTo(new PullEnd.Installed());
      assertThat(progress.get(1).completed()).isGreaterThanOrEqualTo(2_000);
    }
  }

  @ParameterizedTest(name = "\"{0}\" is {1}")
  @CsvSource({
    "write /var/lib/ollama/models/blobs/x: no space left on device, E212",
    "max retries exceeded: EOF, E211",
    "pull model manifest: file does not exist, E213",
  })
  void anErrorWithinTheStreamIsAFailureAndWhatHasArrivedIsKept(String error, String code) {
    try (FakeOllama fake = started(Pull.of(MODEL).failingAt(2, error))) {
      PullEnd end = server(fake).pull("gemma4:12b", new CancelToken(), progress::add);
      assertThat(end)
          .isInstanceOfSatisfying(
              PullEnd.Failed.class,
              failed -> assertThat(failed.failure().problem().code()).isEqualTo(code));
      progress.clear();
      assertThat(server(fake).pull("gemma4:12b", new CancelToken(), progress::add))
          .isEqualTo(new PullEnd.Installed());
      assertThat(progress.get(1).completed()).isEqualTo(2_000);
    }
  }

  @Test
  void aModelThatTheLibraryDoesNotHaveIsNamed() {
    try (FakeOllama fake = started()) {
      assertThat(server(fake).pull("nosuch:1b", new CancelToken(), progress::add))
          .isInstanceOfSatisfying(
              PullEnd.Failed.class,
              failed -> {
                assertThat(failed.failure().problem().code()).isEqualTo("E213");
                assertThat(failed.failure().problem().message()).contains("nosuch:1b");
              });
    }
  }

  @ParameterizedTest(name = "a stream of \"{0}\"")
  @CsvSource({
    "'{\"status\":\"pulling manifest\"}', stopped before the end",
    "'{\"status\":', garbled",
    "'', stopped before the end",
  })
  void anEndWithoutSuccessIsNoSuccess(String body, String reason) throws Exception {
    String head = "HTTP/1.1 200 OK\nContent-Length: " + body.length() + "\n\n";
    try (RawServer raw = new RawServer(head + body + RawServer.CLOSE)) {
      OllamaServer server = OllamaServer.at(raw.endpoint("http").base(), Optional.empty());
      assertThat(server.pull("m", new CancelToken(), progress::add))
          .isInstanceOfSatisfying(
              PullEnd.Failed.class,
              failed -> {
                assertThat(failed.failure().problem().code()).isEqualTo("E211");
                assertThat(failed.failure().problem().message()).contains(reason);
              });
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    assertThat(
            OllamaServer.at("http://127.0.0.1:1", Optional.empty())
                .pull("m", new CancelToken(), progress::add))
        .isInstanceOfSatisfying(
            PullEnd.Failed.class,
            failed -> assertThat(failed.failure().problem().code()).isEqualTo("E201"));
  }

  private static FakeOllama started(Pull... pulls) {
    return FakeOllama.start(Scenario.of().models(new InstalledModel[0]).pulls(pulls));
  }

  private static OllamaServer server(FakeOllama fake) {
    return OllamaServer.at(fake.baseUrl(), Optional.empty());
  }
}
