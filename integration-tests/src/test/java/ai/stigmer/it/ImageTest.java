package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The container image that bin/image makes: its layers are laid over each other as a container
 * engine does, and its entry point runs in them, with a root that nobody can write.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOME = "/var/lib/stigmer";
  private static final String WORKSPACES = "/var/lib/stigmer-workspaces";

  /**
   * Parts of it cannot be written or seen, as with every container engine unless told otherwise.
   */
  private static final List<String> MASKED_PROC = List.of("--unshare-pid", "--proc", "/proc");

  private static final List<String> WHOLE_PROC = List.of("--bind", "/proc", "/proc");

  private Path image = Path.of("");
  @TempDir Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // Read before the first test.
  private JsonNode config;

  private Path root() {
    return image.resolve("root");
  }

  @BeforeAll
  void unpack(@TempDir Path unpacked) throws Exception {
    image = unpacked;
    String archive = System.getenv("STIGMER_IMAGE");
    if (archive == null) {
      // It takes minutes, Debian's packages and mmdebstrap, which not every CI has.
      String message = "SKIPPED: no image to look at; bin/image FILE.tar, STIGMER_IMAGE=FILE.tar";
      System.err.println(message);
      abort(message);
      return;
    }
    RealComponents.requireBubblewrap();
    Files.createDirectories(root());
    tar(Path.of(archive), image);
    JsonNode manifest = JSON.readTree(image.resolve("manifest.json").toFile()).path(0);
    config = JSON.readTree(image.resolve(manifest.path("Config").asText()).toFile()).path("config");
    assertThat(manifest.path("Layers")).hasSizeGreaterThan(2);
    for (JsonNode layer : manifest.path("Layers")) {
      tar(image.resolve(layer.asText()), root());
    }
    for (String place : List.of(HOME, WORKSPACES, "/tmp", "/proc", "/dev")) {
      Files.createDirectories(root().resolve(place.substring(1)));
    }
  }

  private void tar(Path archive, Path into) {
    List<String> line =
        List.of("tar", "--no-same-owner", "-xf", archive.toString(), "-C", into.toString());
    Ended ended = StigmerProcess.in(image).runOther(line);
    assertThat(ended.status()).as(ended.err()).isZero();
  }

  /** What a container engine would start. */
  private List<String> container(
      Map<String, String> variables, List<String> more, String... command) throws Exception {
    Files.createDirectories(folder.resolve("volume/home"));
    Files.createDirectories(folder.resolve("volume/workspaces"));
    var words = new ArrayList<>(List.of("bwrap", "--ro-bind", root().toString(), "/"));
    words.addAll(List.of("--bind", folder.resolve("volume/home").toString(), HOME));
    words.addAll(List.of("--bind", folder.resolve("volume/workspaces").toString(), WORKSPACES));
    words.addAll(List.of("--tmpfs", "/tmp", "--dev", "/dev"));
    words.addAll(
        List.of("--unshare-user", "--uid", "10001", "--gid", "10001", "--cap-drop", "ALL"));
    words.addAll(List.of("--die-with-parent", "--clearenv", "--chdir", WORKSPACES));
    words.addAll(more);
    for (JsonNode variable : config.path("Env")) {
      String[] pair = variable.asText().split("=", 2);
      words.addAll(List.of("--setenv", pair[0], pair[1]));
    }
    variables.forEach((name, value) -> words.addAll(List.of("--setenv", name, value)));
    config.path("Entrypoint").forEach(word -> words.add(word.asText()));
    words.addAll(List.of(command));
    return words;
  }

  private static FakeOllama ollama(Answer... answers) throws Exception {
    return FakeOllama.start(
        Scenario.of(answers).models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  @Test
  void nobodyIsRootTheModeIsSeenAndWhatIsWrittenIsAVolume() {
    assertThat(config.path("User").asText()).isEqualTo("10001:10001");
    assertThat(config.path("Env"))
        .extracting(JsonNode::asText)
        .contains(
            "MODE=cloud",
            "STIGMER_HOME=" + HOME + "/home",
            "STIGMER_SERVER_WORKSPACES=" + WORKSPACES);
    assertThat(config.path("Volumes").has(HOME)).isTrue();
    assertThat(config.path("Volumes").has(WORKSPACES)).isTrue();
    assertThat(config.path("Cmd")).extracting(JsonNode::asText).containsExactly("server", "start");
  }

  @Test
  void itsServerAnswersTheProbeAndRunsOnItsVolumes() throws Exception {
    try (FakeOllama ollama = ollama(Answer.text("Hello from inside."))) {
      List<String> server =
          container(
              Map.of(
                  "MODE", "local",
                  "OLLAMA_BASE_URL", ollama.baseUrl(),
                  "STIGMER_SERVER_ADDRESS", "127.0.0.1:0"),
              MASKED_PROC,
              "server",
              "start");
      Path told = folder.resolve("volume/home/home/server.json");
      try (StigmerProcess.Running running = StigmerProcess.in(folder).startOther(server)) {
        running.awaitFile(told);
        String url = JSON.readTree(told.toFile()).path("url").asText();
        var probe = (HttpURLConnection) URI.create(url + "/readyz").toURL().openConnection();
        assertThat(probe.getResponseCode()).isEqualTo(200);

        Ended run = inside(MASKED_PROC, "run", "--server", url, "hi");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("Hello from inside.");
        assertThat(folder.resolve("volume/workspaces")).isNotEmptyDirectory();
        running.signal("TERM");
        assertThat(running.await().status()).isIn(0, 143);
      }
    }
  }

  @Test
  void itsCommandsAreKeptInOnlyWithUserNamespacesAndAWholeProcAndItSaysSo() throws Exception {
    assertThat(commands(WHOLE_PROC)).contains("bubblewrap").doesNotContain("without a sandbox");
    assertThat(commands(MASKED_PROC)).contains("without a sandbox", "mount proc");
    assertThat(commands(List.of("--disable-userns", "--bind", "/proc", "/proc")))
        .contains("without a sandbox: bubblewrap does not work here");
  }

  /** What the doctor says of them. */
  private String commands(List<String> more) throws Exception {
    Ended doctor = inside(more, "doctor");
    return doctor
        .out()
        .lines()
        .filter(line -> line.contains(" commands "))
        .findFirst()
        .orElse(doctor.err());
  }

  private Ended inside(List<String> more, String... command) throws Exception {
    return StigmerProcess.in(folder).runOther(container(Map.of("MODE", "local"), more, command));
  }
}
