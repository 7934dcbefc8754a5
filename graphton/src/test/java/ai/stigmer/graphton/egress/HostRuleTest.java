package ai.stigmer.graphton.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostRuleTest {

  @ParameterizedTest
  @CsvSource({
    "example.org, example.org, 443, true",
    "example.org, EXAMPLE.org., 80, true",
    "example.org, example.org, 8443, false",
    "example.org:8443, example.org, 8443, true",
    "example.org:8443, example.org, 443, false",
    "example.org, www.example.org, 443, false",
    "example.org, evilexample.org, 443, false",
    "example.org, example.org.evil.net, 443, false",
    "*.example.org, www.example.org, 443, true",
    "*.example.org, a.b.example.org, 443, true",
    "*.example.org, example.org, 443, false",
    "*.example.org, evilexample.org, 443, false",
    "*.example.org:81, www.example.org, 81, true",
    "10.0.0.7:81, 10.0.0.7, 81, true",
    "10.0.0.7:81, 10.0.0.8, 81, false",
    "[::1]:81, [0:0:0:0:0:0:0:1], 81, true",
    "127.0.0.1:81, [::ffff:127.0.0.1], 81, true",
    "127.0.0.1:81, localhost, 81, false"
  })
  void aRuleAllowsItsOwnHostsAndPorts(String rule, String host, int port, boolean allowed) {
    assertThat(HostRule.parse(rule).allows(Host.parse(host).orElseThrow(), port))
        .isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "*.",
        "*.org",
        "*example.org",
        "a.*.example.org",
        "*.10.0.0.7",
        "example.org:",
        "example.org:0",
        "example.org:65536",
        "example.org:080",
        "example.org:443:443",
        "https://example.org",
        "example.org/path",
        "user@example.org",
        "exa mple.org",
        "-a.example.org",
        "a..example.org",
        "::1",
        "[::1",
        "[::1%lo]",
        "169.254.169.254",
        "[fd00:ec2::254]:80"
      })
  void whatIsNoHostIsNoRule(String text) {
    assertThatThrownBy(() -> HostRule.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Some resolvers read each of these as 127.0.0.1 or 10.0.0.7. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.01",
        "127.0.0.1.0",
        "0",
        "example.0x7f",
        "256.0.0.1",
        "127.0.0.1\u0000.example.org",
        "127。0。0。1",
        "ⓔxample.org",
        "127.0.0.1%2eexample.org"
      })
  void anAddressInAnotherNotationIsNoHost(String text) {
    assertThat(Host.parse(text)).isEmpty();
  }

  @Test
  void aListHasAtMostSixtyFourRules() {
    String most = "a.example,".repeat(63) + "a.example";

    assertThat(HostRule.list(most)).hasSize(64);
    assertThatThrownBy(() -> HostRule.list(most + ",a.example")).hasMessageContaining("64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "*.example.org:81", "[0:0:0:0:0:0:0:1]:81", "10.0.0.7"})
  void aRuleIsWrittenAsItIsRead(String text) {
    assertThat(HostRule.parse(text)).hasToString(text);
  }
}
