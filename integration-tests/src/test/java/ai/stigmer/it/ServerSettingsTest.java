package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.SettingInfo;
import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every setting of the server and of its clients, by flag, variable and file. */
class ServerSettingsTest {
  private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

  @TempDir Path folder = Path.of("");

  /** Where a value is configured. */
  enum Layer {
    FLAG,
    VARIABLE,
    FILE
  }

  private StigmerProcess stigmer() {
    return StigmerProcess.in(folder).with("HOME", folder.toString());
  }

  /** Starts a server with one setting and returns what it says of it. */
  private Ended start(String key, String value, Layer layer, String... more) throws Exception {
    SettingInfo setting =
        SettingInfo.all().stream().filter(one -> one.key().equals(key)).findFirst().orElseThrow();
    StigmerProcess stigmer = stigmer();
    var words = new ArrayList<>(List.of("server", "start"));
    switch (layer) {
      case FLAG -> {
        words.add(setting.flags().getLast());
        if (!key.equals("server.behind_proxy")) {
          words.add(value);
        }
      }
      case VARIABLE -> stigmer = stigmer.with(setting.variables().getFirst().name(), value);
      case FILE -> assertThat(stigmer.run("config", "set", key, value).status()).isZero();
    }
    words.addAll(List.of(more));
    try (StigmerProcess.Running running = stigmer.start(words.toArray(String[]::new))) {
      while (running.process().isAlive() && !StigmerProcess.read(running.out()).contains("ready")) {
        Thread.onSpinWait();
      }
      if (running.process().isAlive()) {
        running.signal("TERM");
      }
      return running.await();
    }
  }

  @ParameterizedTest
  @EnumSource(Layer.class)
  void addressAndExposureAreWhatIsConfigured(Layer layer) throws Exception {
    assertThat(start("server.address", "127.0.0.1:0", layer).out())
        .contains("ready: 127.0.0.1:")
        .doesNotContain(":7234");
    assertThat(start("server.address", "0.0.0.0:0", layer).err()).contains("E563");
    assertThat(start("server.behind_proxy", "on", layer, addressed(layer)).out())
        .contains("ready: ");
  }

  @Test
  void aStoreOfWorkspacesThatTheEngineDoesNotUseIsTold() throws Exception {
    assertThat(
            start("workspace.store", "/mnt/stigmer", Layer.FILE, "--address", "127.0.0.1:0").err())
        .contains("note: workspace.store is not used", "with engine = \"temporal\"");
  }

  /** The address is configured already where the layer is kept. */
  private static String[] addressed(Layer layer) {
    return layer == Layer.FILE ? new String[0] : new String[] {"--address", "0.0.0.0:0"};
  }

  @ParameterizedTest
  @EnumSource(Layer.class)
  void aCertificateIsTheOneThatIsConfigured(Layer layer) throws Exception {
    String[] local = {"--address", "127.0.0.1:0"};
    assertThat(start("server.tls.certificate", folder + "/none.pem", layer, local).err())
        .contains("E168", "go together");
    assertThat(
            start(
                    "server.tls.key",
                    folder + "/none.key",
                    layer,
                    "--address",
                    "127.0.0.1:0",
                    "--tls-certificate",
                    folder + "/none.pem")
                .err())
        .contains("none.");
  }

  @ParameterizedTest
  @EnumSource(
      value = Layer.class,
      names = {"FLAG", "VARIABLE"})
  void aNumberOfRunsIsTheOneThatIsConfigured(Layer layer) throws Exception {
    assertThat(start("server.max_runs", "0", layer, "--address", "127.0.0.1:0").err())
        .contains("E168", "server.max_runs");
  }

  @Test
  void aServerWhoseConfigurationIsBrokenDoesNotBeginAndEndsNoRun() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.yaml"), "llm:\n  model: \"qwen\n");
    for (Path file : List.of(broken, folder.resolve("none.yaml"))) {
      Ended ended =
          stigmer().run("server", "start", "--address", "127.0.0.1:0", "--config", file.toString());
      assertThat(ended.status()).as(ended.err()).isEqualTo(3);
      assertThat(ended.err()).contains(file.toString(), file.equals(broken) ? "E119" : "E125");
      assertThat(ended.out()).isEmpty();
    }
  }

  @Test
  void theServerUsesWhatItIsTold() throws Exception {
    Map<String, String> variables =
        new TreeMap<>(
            Map.of(
                "STIGMER_SERVER_NAMES",
                "agents.example.com",
                "STIGMER_SERVER_WORKSPACES",
                folder.resolve("rooms").toString(),
                "STIGMER_SERVER_KEY",
                KEY));
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.of(Answer.text("Hello."))
                .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)))) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder.resolve("there"), ollama);
      for (Map.Entry<String, String> one : variables.entrySet()) {
        stigmer = stigmer.with(one.getKey(), one.getValue());
      }
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        Path key = Files.writeString(folder.resolve("token"), server.token());
        StigmerProcess client = stigmer().with("STIGMER_BACKEND_ENDPOINT", server.uri().toString());

        assertThat(client.with("STIGMER_API_KEY_FILE", key.toString()).run("run", "hi").out())
            .contains("Hello.");
        assertThat(folder.resolve("rooms")).isNotEmptyDirectory();
        assertThat(stigmer.home().resolve("server.key")).doesNotExist();
        assertThat(called(server, "agents.example.com")).startsWith("HTTP/1.1 200");
        assertThat(called(server, "other.example.com")).startsWith("HTTP/1.1 403");
      }
      Ended locked = stigmer.with("STIGMER_SERVER_KEY", "c2hvcnQ=").run("server", "start");
      assertThat(locked.status()).as(locked.err()).isEqualTo(3);
      assertThat(locked.err())
          .contains("E552", "from  STIGMER_SERVER_KEY\n", "openssl rand -base64 32")
          .doesNotContain(KEY, "c2hvcnQ=", "chmod");
    }
  }

  private static String called(ServerProcess server, String host) throws Exception {
    try (var socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
      String request =
          "GET /healthz/live HTTP/1.1\r\nHost: "
              + host
              + "\r\nAuthorization: Bearer "
              + server.token()
              + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void everySettingOfServersIsHere() {
    assertThat(
            SettingInfo.all().stream()
                .map(SettingInfo::key)
                .filter(key -> key.startsWith("server.") || key.startsWith("backend.")))
        .containsExactlyInAnyOrder(
            "backend.endpoint",
            "backend.api_key",
            "server.address",
            "server.names",
            "server.tls.certificate",
            "server.tls.key",
            "server.behind_proxy",
            "server.workspaces",
            "server.max_runs",
            "server.key");
  }
}
