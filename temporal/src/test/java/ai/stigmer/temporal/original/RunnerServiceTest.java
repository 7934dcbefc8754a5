package ai.stigmer.temporal.original;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunnerServiceTest {

  @Test
  void aSessionHasOneThread() {
    assertThat(RunnerService.thread("ses_1", "agt_1")).isEqualTo("thread-ses_1");
  }

  @Test
  void withoutASessionEachThreadIsItsOwn() {
    String first = RunnerService.thread("", "agt_1");

    assertThat(first).matches("ephemeral-agt_1-[0-9a-f]{8}");
    assertThat(RunnerService.thread(null, "agt_1")).isNotEqualTo(first);
  }

  @ParameterizedTest
  @CsvSource({"600, 585", "30, 15", "10, 5"})
  void aRunLetsGoBeforeItsTimeIsOver(int time, int run) {
    assertThat(RunnerService.run(Duration.ofSeconds(time)).toSeconds()).isEqualTo(run);
  }

  @ParameterizedTest
  @CsvSource({"30, 5", "6, 2"})
  void thereAreThreeSignsOfLifeInEachTimeoutAtLeast(int timeout, int interval) {
    assertThat(Lease.interval(Duration.ofSeconds(timeout))).isEqualTo(Duration.ofSeconds(interval));
  }

  @ParameterizedTest
  @CsvSource({"stigmer.example:443, true", "localhost:8080, false", "localhost:4430, false"})
  void callsAreEncryptedWhenThePortIs443(String endpoint, boolean encrypted) {
    assertThat(Backend.isEncrypted(endpoint)).isEqualTo(encrypted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "a b:1", "localhost:x", "http://h/path:1"})
  void whatIsNoHostAndPortIsRefused(String endpoint) {
    assertThatThrownBy(() -> Backend.open(endpoint, Optional.empty()))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo("E169"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:50051", "https://stigmer.example:443/", "[::1]:50051"})
  void hostAndPortAreTakenAsPeopleWriteThem(String endpoint) {
    try (Backend backend = Backend.open(endpoint, Optional.empty())) {
      assertThat(backend.endpoint()).doesNotContain("//");
    }
  }
}
