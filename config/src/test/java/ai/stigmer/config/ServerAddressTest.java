package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials in the address of the server are refused, and shown nowhere. */
class ServerAddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:secretpw@host",
        "https://secretpw@host:7234",
        "user:secretpw@host:7234",
        "https://host?token=secretpw"
      })
  void credentialsInItAreShownNowhere(String address) {
    ConfigInput input =
        ConfigInput.of(Map.of("STIGMER_BACKEND_ENDPOINT", address), "stigmer sessions");
    Resolved effective = Cascade.resolve(input);
    Resolved shadowed =
        Cascade.resolve(input.flag("backend.endpoint", "http://127.0.0.1:7234", "--server"));

    assertThatThrownBy(effective::backend)
        .hasMessageContaining("backend.endpoint must be")
        .hasMessageNotContaining("secretpw");
    for (Resolved each : new Resolved[] {effective, shadowed}) {
      assertThat(each.toText("") + each.toJson("") + each.problems())
          .contains("backend.endpoint", "(hidden: it may hold a credential)")
          .doesNotContain("secretpw");
    }
  }
}
