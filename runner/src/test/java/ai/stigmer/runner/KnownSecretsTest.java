package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSecretsTest {
  private static final String SECRET = "canary?>~0123-9876";

  private final KnownSecrets secrets = KnownSecrets.of(Map.of(), List.of(SECRET));

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void base64IsHiddenWhateverStandsBeforeAndBehindTheSecret(int before) {
    byte[] text = ("x".repeat(before) + SECRET + "tail").getBytes(StandardCharsets.UTF_8);
    String core = SECRET.substring(3, 15);
    for (Base64.Encoder encoder :
        List.of(Base64.getEncoder(), Base64.getUrlEncoder(), Base64.getMimeEncoder(20, LINE))) {
      String hidden = secrets.hide(encoder.encodeToString(text)).replaceAll("\\s", "");
      assertThat(hidden).contains("[redacted]");
      for (String left : hidden.split("\\[redacted]", -1)) {
        String standard = left.replace('-', '+').replace('_', '/').replace("=", "");
        String readable = new String(decoded(standard), StandardCharsets.ISO_8859_1);
        assertThat(readable).doesNotContain(core);
      }
    }
  }

  private static final byte[] LINE = {'\n'};

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64.substring(0, base64.length() / 4 * 4));
  }

  @ParameterizedTest
  @CsvSource({"''", "' '", "%", ":", "'\n'"})
  void hexadecimalIsHiddenWithAndWithoutSeparators(String between) {
    byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
    String small = HexFormat.ofDelimiter(between).formatHex(bytes);
    String large = HexFormat.ofDelimiter(between).withUpperCase().formatHex(bytes);
    assertThat(secrets.hide("a " + small + " b " + large + " c"))
        .isEqualTo("a [redacted] b [redacted] c");
  }

  @Test
  void aVariableIsSecretByItsNameUnlessItHoldsAWordOrAPath() {
    KnownSecrets known =
        KnownSecrets.of(
            Map.of(
                "HUB_TOKEN", "a-token-of-the-hub",
                "TOKENIZERS_PARALLELISM", "disabled",
                "SSH_AUTH_SOCK", "/tmp/agent.socket.1",
                "PATH", "usr-bin-usr-local-bin"),
            List.of());
    assertThat(known.hide("a-token-of-the-hub disabled /tmp/agent.socket.1 usr-bin-usr-local-bin"))
        .isEqualTo("[redacted] disabled /tmp/agent.socket.1 usr-bin-usr-local-bin");
  }

  @Test
  void whatIsNoSecretStays() {
    String text = "canary?>~0123 " + Base64.getEncoder().encodeToString(new byte[300]);
    assertThat(secrets.hide(text)).isEqualTo(text);
    assertThat(secrets.areIn(SECRET.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(secrets.areIn(text.getBytes(StandardCharsets.UTF_8))).isFalse();
  }
}
