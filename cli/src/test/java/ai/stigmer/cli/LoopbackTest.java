package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** To which hosts the token of this machine's server may go in the clear. */
class LoopbackTest {
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "127.1.2.255", "[::1]"})
  void addressesOfThisMachineAreItsOwn(String host) {
    assertThat(Loopback.is(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.evil.test",
        "127.0.0.1.evil.test",
        "127.0.0.256",
        "127.0.1",
        "localhost.evil.test",
        "[::ffff:10.0.0.1]",
        "10.0.0.1",
        ""
      })
  void namesThatOnlyLookLikeThemAreNot(String host) {
    assertThat(Loopback.is(host)).isFalse();
  }
}
