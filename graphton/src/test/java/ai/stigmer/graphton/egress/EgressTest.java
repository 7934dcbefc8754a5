package ai.stigmer.graphton.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.egress.Egress.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressTest {
  private final List<String> asked = new ArrayList<>();

  private Egress egress(String rules, String... answers) {
    return new Egress(
        HostRule.list(rules),
        name -> {
          asked.add(name);
          String answer = answers[Math.min(asked.size(), answers.length) - 1];
          return new InetAddress[] {InetAddress.ofLiteral(answer)};
        });
  }

  private static Host host(String text) {
    return Host.parse(text).orElseThrow();
  }

  @Test
  void aNameThatIsNotOnTheListIsNotEvenLookedUp() {
    Egress egress = egress("example.org", "127.0.0.1");

    assertThatThrownBy(() -> egress.connect(host("secret.evil.example"), 443))
        .isInstanceOf(Refused.class)
        .hasMessage(
            "host secret.evil.example is not on the allow-list: --allow-host secret.evil.example");
    assertThatThrownBy(() -> egress.connect(host("example.org"), 8443))
        .hasMessageContaining("--allow-host example.org:8443");
    assertThat(asked).isEmpty();
    assertThat(egress.refused()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::"
      })
  void aNameThatStandsForAnAddressWithinIsRefused(String answer) {
    Egress egress = egress("example.org:81", answer);

    assertThatThrownBy(() -> egress.connect(host("example.org"), 81))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("an address of this machine, its network or its cloud");
  }

  @Test
  void anAddressWithinCountsWhereItIsNamedItselfWithItsPort() throws Exception {
    try (var server = new ServerSocket(0)) {
      int port = server.getLocalPort();
      Egress egress =
          egress("a.test:" + port + ",b.test:1,127.0.0.1:" + port, "127.0.0.1", "127.0.0.1");

      egress.connect(host("a.test"), port).close();
      egress.connect(host("127.0.0.1"), port).close();
      assertThatThrownBy(() -> egress.connect(host("b.test"), 1)).isInstanceOf(Refused.class);
    }
  }

  @Test
  void whatServesCredentialsIsRefusedWhateverTheListSays() {
    Host metadata = host("169.254.169.254");
    HostRule rule = new HostRule(metadata, false, OptionalInt.of(81));
    Egress egress = new Egress(List.of(rule), Egress.Names.SYSTEM);

    assertThatThrownBy(() -> egress.connect(metadata, 81)).isInstanceOf(Refused.class);
  }

  @Test
  void aNameIsLookedUpOnceAndItsFirstAnswerIsWhereTheConnectionGoes() throws Exception {
    try (var server = new ServerSocket(0)) {
      int port = server.getLocalPort();
      Egress egress =
          egress("a.test:" + port + ",127.0.0.1:" + port, "127.0.0.1", "169.254.169.254");

      try (Socket socket = egress.connect(host("a.test"), port)) {
        assertThat(socket.getInetAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
      }
      assertThat(asked).containsExactly("a.test");
    }
  }

  @Test
  void ofSeveralAddressesOnlyTheAllowedOnesAreTried() throws Exception {
    try (var server = new ServerSocket(0)) {
      int port = server.getLocalPort();
      Egress egress =
          new Egress(
              HostRule.list("a.test:" + port + ",127.0.0.1:" + port),
              name ->
                  new InetAddress[] {
                    InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")
                  });

      try (Socket socket = egress.connect(host("a.test"), port)) {
        assertThat(socket.getInetAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
      }
    }
  }

  @Test
  void aNameThatNobodyKnowsIsNoRefusal() {
    Egress egress =
        new Egress(
            HostRule.list("a.test"),
            name -> {
              throw new UnknownHostException(name);
            });

    assertThatThrownBy(() -> egress.connect(host("a.test"), 80)).isInstanceOf(IOException.class);
    assertThat(egress.refused()).isEmpty();
  }

  @Test
  void refusalsAreRememberedOnceEachAndAtMostTen() {
    Egress egress = egress("a.test", "127.0.0.1");
    for (int i = 0; i < 30; i++) {
      String name = "b" + i / 2 + ".test";
      assertThatThrownBy(() -> egress.connect(host(name), 80)).isInstanceOf(Refused.class);
    }
    assertThat(egress.refused()).hasSize(10).doesNotHaveDuplicates();
  }
}
