package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  /** The entry point is the first process of the container, as with every container engine. */
  private static final List<String> FIRST =
      List.of("--unshare-pid", "--as-pid-1", "--proc", "/proc");

  private Path image = Path.of("");
  private final List<String> listing = new ArrayList<>();
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
      throw RealComponents.missing(
          "no image to look at; bin/image FILE.tar, then STIGMER_IMAGE=FILE.tar");
    }
    RealComponents.requireBubblewrap();
    Files.createDirectories(root());
    tar(Path.of(archive), image);
    JsonNode manifest = JSON.readTree(image.resolve("manifest.json").toFile()).path(0);
    config = JSON.readTree(image.resolve(manifest.path("Config").asText()).toFile()).path("config");
    assertThat(manifest.path("Layers")).hasSizeGreaterThan(2);
    for (JsonNode layer : manifest.path("Layers")) {
      Path packed = image.resolve(layer.asText());
      tar(packed, root());
      listing.addAll(
          other("tar", "--numeric-owner", "-tvf", packed.toString()).out().lines().toList());
    }
    for (String place : List.of(HOME, WORKSPACES, "/tmp", "/proc", "/dev")) {
      Files.createDirectories(root().resolve(place.substring(1)));
    }
  }

  private void tar(Path archive, Path into) {
    var _ = other("tar", "--no-same-owner", "-xf", archive.toString(), "-C", into.toString());
  }

  private Ended other(String... line) {
    Ended ended = StigmerProcess.in(image).runOther(List.of(line));
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended;
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
    String[] user = config.path("User").asText().split(":", 2);
    words.addAll(List.of("--unshare-user", "--uid", user[0], "--gid", user[1]));
    words.addAll(List.of("--cap-drop", "ALL"));
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
  void itsVolumesAreItsUsersOwn() {
    assertThat(listing)
        .filteredOn(line -> line.matches(".* (\\./)?var/lib/stigmer(-workspaces)?/?"))
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(line -> line.contains(" 10001/10001 "));
  }

  @Test
  void nothingInItMakesItsCallerRootOrTellsOfTheMachineThatBuiltIt() throws IOException {
    assertThat(listing).filteredOn(line -> line.matches("-(..[sS]|.....[sS]).*")).isEmpty();
    for (String name : List.of("hostname", "resolv.conf")) {
      assertThat(root().resolve("etc").resolve(name)).isEmptyFile();
    }
    assertThat(config.path("Labels").path("org.opencontainers.image.licenses").asText())
        .isEqualTo("Apache-2.0");
  }

  /** A server whose runs may do every command, without a sandbox of their own. */
  private List<String> server(FakeOllama ollama, Map<String, String> more) throws Exception {
    var variables = new HashMap<>(more);
    variables.putAll(
        Map.of(
            "MODE", "local",
            "OLLAMA_BASE_URL", ollama.baseUrl(),
            "STIGMER_EXECUTION_MODE", "local",
            "STIGMER_PERMISSIONS_ALLOW", "execute",
            "STIGMER_SERVER_ADDRESS", "127.0.0.1:0"));
    return container(variables, FIRST, "server", "start");
  }

  /** Where a server is that answers the probe of its readiness with yes. */
  private String ready(StigmerProcess.Running running) throws Exception {
    Path told = folder.resolve("volume/home/home/server.json");
    running.awaitFile(told);
    String url = JSON.readTree(told.toFile()).path("url").asText();
    var probe = (HttpURLConnection) URI.create(url + "/readyz").toURL().openConnection();
    assertThat(probe.getResponseCode()).isEqualTo(200);
    return url;
  }

  /** The first process of the container, as it is seen from here. */
  private static ProcessHandle first(StigmerProcess.Running running) {
    return running.process().children().findFirst().orElseThrow();
  }

  @Test
  void itsServerRunsAsItsUserReapsWhatCommandsLeaveAndEndsInOrder() throws Exception {
    String command =
        "id -u > who; touch /usr/probe /app/probe /etc/probe 2> refused;"
            + " (sleep 1000 > quiet 2>&1 & echo $! > left); kill -9 $(cat left)";
    try (FakeOllama ollama =
            ollama(
                Answer.call("execute", JSON.createObjectNode().put("command", command).toString()),
                Answer.text("Hello from inside."));
        StigmerProcess.Running running =
            StigmerProcess.in(folder).startOther(server(ollama, Map.of()))) {
      String url = ready(running);

      Ended run = inside(MASKED_PROC, "run", "--server", url, "hi");
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(run.out()).contains("Hello from inside.");
      assertThat(written("who")).isEqualTo("10001");
      assertThat(written("refused").lines())
          .hasSize(3)
          .allMatch(line -> line.endsWith("Read-only file system"));
      assertThat(written("left")).matches("[0-9]+");
      Await.until(
          () -> "what the command left is reaped: " + names(running),
          () -> !names(running).contains("sleep"));

      // An engine signals the first process of a container only.
      assertThat(first(running).destroy()).isTrue();
      Ended ended = running.await();
      assertThat(ended.status()).as("the status of a JVM that SIGTERM has ended").isEqualTo(143);
      assertThat(ended.err()).contains("server.draining", "server.ended");
      assertThat(folder.resolve("volume/home/home/server.json")).doesNotExist();
    }
  }

  /** What a command has written into the one workspace. */
  private String written(String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("volume/workspaces"))) {
      Path file = files.filter(one -> one.endsWith(name)).findFirst().orElseThrow();
      return Files.readString(file).strip();
    }
  }

  /** The programs of all processes of a container, of those too that have ended and wait. */
  private static List<String> names(StigmerProcess.Running running) {
    return running.process().descendants().map(ImageTest::name).toList();
  }

  private static String name(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "comm")).strip();
    } catch (IOException e) {
      // It has gone meanwhile.
      return "";
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

  @Test
  void filesAndCommandsMayHaveLettersOfAnyScript() throws Exception {
    Files.createDirectories(folder.resolve("volume/home"));
    Files.writeString(
        folder.resolve("volume/home/letters.yaml"),
        """
        name: letters
        turns:
          - calls:
              - tool: write_file
                arguments: {file_path: /grüße-日本.txt, content: "größer\\n"}
          - expect: [{status: ok}]
            calls:
              - tool: execute
                arguments: {command: "echo naïve >> grüße-日本.txt; cat grüße-日本.txt"}
          - expect: [{contains: "größer\\nnaïve"}]
            text: "größer 日本"
        """);

    Ended run =
        inside(
            MASKED_PROC,
            "run",
            "--provider",
            "scripted",
            "-m",
            HOME + "/letters.yaml",
            "--allow-shell",
            "hi");

    assertThat(run.out()).as(run.err()).contains("größer 日本");
  }

  @ParameterizedTest
  @CsvSource({"-Xss1m, 50", "-XX:MaxRAMPercentage=75, 75"})
  void aServerHasHalfOfItsMemoryUnlessToldOtherwiseAndEndsWithoutAny(String option, String percent)
      throws Exception {
    String options = option + " -XX:+PrintFlagsFinal";
    try (FakeOllama ollama = ollama();
        StigmerProcess.Running running =
            StigmerProcess.in(folder)
                .startOther(server(ollama, Map.of("JAVA_TOOL_OPTIONS", options)))) {
      var _ = ready(running);
      assertThat(first(running).destroy()).isTrue();

      assertThat(running.await().out())
          .containsPattern("MaxRAMPercentage +?= " + percent + "\\.0")
          .containsPattern("ExitOnOutOfMemoryError +?= true");
    }
  }

  private Ended inside(List<String> more, String... command) throws Exception {
    return StigmerProcess.in(folder).runOther(container(Map.of("MODE", "local"), more, command));
  }
}
