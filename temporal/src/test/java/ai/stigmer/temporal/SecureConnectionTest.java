package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.temporal.SecureServer.Pair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and certificates, from where every Temporal client has them to the server. */
class SecureConnectionTest {
  private static final String KEY = "canary-temporal-key-0123456789";

  @TempDir Path folder = Path.of("");

  private Pair ofServer;
  private Pair ofClient;

  @BeforeEach
  void make() throws Exception {
    ofServer = Pair.of(folder, "server");
    ofClient = Pair.of(folder, "client");
  }

  @Test
  void theVariablesOfEveryTemporalClientAreRead() throws Exception {
    try (SecureServer server = new SecureServer(ofServer, ofClient);
        TemporalConnection connection = TemporalConnection.open(settings(server, variables()))) {
      assertThat(server.keys()).isNotEmpty().containsOnly("Bearer " + KEY);
      assertThat(connection.words()).contains(server.address()).doesNotContain(KEY);
    }
  }

  @Test
  void aProfileOfTheFileOfEveryTemporalClientIsRead() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("temporal.toml"),
            """
            [profile.far]
            namespace = "theirs"
            api_key = "%s"
            [profile.far.tls]
            client_cert_path = "%s"
            client_key_path = "%s"
            server_ca_cert_path = "%s"
            """
                .formatted(KEY, ofClient.certificate(), ofClient.key(), ofServer.certificate()));
    Map<String, String> env =
        Map.of("TEMPORAL_CONFIG_FILE", file.toString(), "TEMPORAL_PROFILE", "far");
    try (SecureServer server = new SecureServer(ofServer, ofClient);
        TemporalConnection connection = TemporalConnection.open(settings(server, env))) {
      assertThat(server.keys()).isNotEmpty().containsOnly("Bearer " + KEY);
      assertThat(connection.words()).contains("namespace theirs");
    }
  }

  @Test
  void whoeverHasNoCertificateIsRefusedAndTheKeyIsInNoMessage() throws Exception {
    var env = new HashMap<>(variables());
    env.remove("TEMPORAL_TLS_CLIENT_CERT_PATH");
    env.remove("TEMPORAL_TLS_CLIENT_KEY_PATH");
    try (SecureServer server = new SecureServer(ofServer, ofClient)) {
      assertThatThrownBy(() -> TemporalConnection.open(settings(server, env)))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().toString()).contains("E590").doesNotContain(KEY));
      assertThat(server.keys()).isEmpty();
    }
  }

  @Test
  void aFileThatCannotBeReadAsOneIsToldWithoutWhatStandsInIt() throws Exception {
    Path file = Files.writeString(folder.resolve("temporal.toml"), "api_key = \"" + KEY + "\n[[");
    Map<String, String> env = Map.of("TEMPORAL_CONFIG_FILE", file.toString());
    try (SecureServer server = new SecureServer(ofServer, ofClient)) {
      assertThatThrownBy(() -> TemporalConnection.open(settings(server, env)))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().toString()).contains("E591").doesNotContain(KEY));
    }
  }

  @Test
  void peopleAreToldWhereEachValueComesFromAndNoKey() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("temporal.toml"),
            """
            [profile.far]
            namespace = "theirs"
            address = "far:7233"
            """);
    var env = new HashMap<>(variables());
    env.put("TEMPORAL_CONFIG_FILE", file.toString());
    env.put("TEMPORAL_PROFILE", "far");
    env.put("TEMPORAL_ADDRESS", "near:7233");
    // When
    List<TemporalProfile.Line> lines = TemporalProfile.of(env);
    // Then
    assertThat(lines)
        .contains(
            new TemporalProfile.Line("address", "near:7233", "TEMPORAL_ADDRESS"),
            new TemporalProfile.Line("namespace", "theirs", file + ", profile far"),
            new TemporalProfile.Line("api_key", "(set)", "TEMPORAL_API_KEY"),
            new TemporalProfile.Line(
                "tls.client_cert_path",
                ofClient.certificate().toString(),
                "TEMPORAL_TLS_CLIENT_CERT_PATH"))
        .hasSize(6);
    assertThat(lines.toString()).doesNotContain(KEY);
  }

  private Map<String, String> variables() {
    return Map.of(
        "TEMPORAL_CONFIG_FILE", folder.resolve("none.toml").toString(),
        "TEMPORAL_API_KEY", KEY,
        "TEMPORAL_TLS_CLIENT_CERT_PATH", ofClient.certificate().toString(),
        "TEMPORAL_TLS_CLIENT_KEY_PATH", ofClient.key().toString(),
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH", ofServer.certificate().toString());
  }

  private static TemporalSettings settings(SecureServer server, Map<String, String> env) {
    return new TemporalSettings(
        Optional.of(server.address()),
        Optional.empty(),
        "stigmer",
        1,
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        env);
  }
}
