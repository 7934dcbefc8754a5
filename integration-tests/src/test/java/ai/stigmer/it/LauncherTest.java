package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher's scripts in a copy of the checkout, with a JDK and a Maven wrapper that only write
 * down how they were called. This machine's own JDKs are out of sight: the absolute places that the
 * script looks at are moved beneath the test's folder.
 */
class LauncherTest {
  private static final Path ROOT = HouseRulesTest.root();

  @TempDir Path folder = Path.of("");
  private Path checkout = Path.of("");
  private Path calls = Path.of("");

  @BeforeEach
  void copyTheScripts() throws IOException {
    checkout = Files.createDirectories(folder.resolve("a check out"));
    calls = folder.resolve("calls");
    Files.createDirectories(checkout.resolve("bin"));
    Files.createDirectories(checkout.resolve("cli/src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Files.writeString(checkout.resolve("cli/src/main/A.java"), "class A {}");
    copy("stigmer");
    copy("bin/build-dist");
    copy("bin/find-jdk25");
    script(
        checkout.resolve("mvnw"),
        """
        echo "mvnw $JAVA_HOME" >>'%s'
        [ ! -e '%s/broken' ] || { echo "[ERROR] it does not compile"; exit 1; }
        sleep 0.3
        [ ! -e '%s/slow' ] || exec sleep 60
        for word in "$@"; do
          case $word in -Dstigmer.lib=*) mkdir -p "${word#*=}"; echo new >"${word#*=}/jar" ;; esac
        done
        """
            .formatted(calls, folder, folder));
    script(folder.resolve("tools/mvn"), "true");
  }

  private void copy(String name) throws IOException {
    String text = Files.readString(ROOT.resolve(name));
    if (name.equals("bin/find-jdk25")) {
      text = text.replaceAll("(?<=[\\s])/(?=(usr|opt|Library)/)", "'" + folder + "'/");
    }
    Path copy = checkout.resolve(name);
    Files.writeString(copy, text);
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void script(Path file, String body) throws IOException {
    Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A folder that looks like a JDK; its java prints its arguments, one a line. */
  private Path jdk(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    script(
        home.resolve("bin/java"),
        """
        case "$*" in
          *AOTCacheOutput*)
            echo train >>'%s'
            for word; do case $word in -XX:AOTCacheOutput=*) : >"${word#*=}" ;; esac; done ;;
          *) printf '%%s\\n' "$@" ;;
        esac
        case "$*" in *"server start"*) while [ -e '%s/serving' ]; do sleep 0.05; done ;; esac"""
            .formatted(calls, folder));
    script(home.resolve("bin/javac"), "true");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  @Test
  void theFirstUseBuildsAndTrainsOnceAndTheNextStartsAtOnce() throws Exception {
    Path jdk = jdk("jdk", "25.0.3");
    Ended first = stigmer(Map.of("JAVA_HOME", jdk.toString()), "version");
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.err()).contains("stigmer: building (first use or changed sources");
    assertThat(first.out().lines().toList())
        .contains(
            "-XX:AOTCache=" + checkout.toRealPath() + "/cli/target/dist/1/stigmer.aot",
            checkout.toRealPath() + "/cli/target/dist/1/lib/*")
        .endsWith("ai.stigmer.cli.Main", "version");
    Ended second = stigmer(Map.of("JAVA_HOME", jdk.toString()), "version");
    assertThat(second.err()).isEmpty();
    assertThat(Files.readAllLines(calls)).containsExactly("mvnw " + jdk, "train", "train");
  }

  @Test
  void aServerStartsWithAllItsClassesAndItsOtherCommandsWithThoseOfACommand() throws Exception {
    Map<String, String> env = Map.of("JAVA_HOME", jdk("jdk", "25").toString());
    String cache = "-XX:AOTCache=" + checkout.toRealPath() + "/cli/target/dist/1/";
    assertThat(stigmer(env, "server", "start").out()).contains(cache + "server.aot\n");
    assertThat(stigmer(env, "server", "status").out()).contains(cache + "stigmer.aot\n");
  }

  @Test
  void changedSourcesAreBuiltAgain() throws Exception {
    Path jdk = jdk("jdk", "25.0.3");
    stigmer(Map.of("JAVA_HOME", jdk.toString()), "version");
    for (String changed : List.of("cli/src/main/A.java", "pom.xml")) {
      change(changed);
      assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").err())
          .contains("building");
      Files.setLastModifiedTime(checkout.resolve(changed), FileTime.from(Instant.EPOCH));
    }
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").err()).isEmpty();
  }

  private void change(String source) throws IOException {
    Files.setLastModifiedTime(
        checkout.resolve(source), FileTime.from(Instant.now().plusSeconds(2)));
  }

  /** Builds what has changed once more. */
  private void buildAnew(Map<String, String> env) throws Exception {
    change("pom.xml");
    assertThat(stigmer(env, "version").err()).contains("building");
    Files.setLastModifiedTime(checkout.resolve("pom.xml"), FileTime.from(Instant.EPOCH));
  }

  private List<String> builds() throws IOException {
    try (Stream<Path> files = Files.list(checkout.resolve("cli/target/dist"))) {
      return files
          .filter(Files::isDirectory)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void aServerKeepsItsJarsForAsLongAsItRunsWhateverIsBuilt() throws Exception {
    Map<String, String> env = Map.of("JAVA_HOME", jdk("jdk", "25").toString());
    Path serving = Files.createFile(folder.resolve("serving"));
    Started server = start(env, checkout + "/stigmer", "server", "start");
    Await.until("it serves", () -> StigmerProcess.read(server.out()).contains("\nstart\n"));
    for (int i = 0; i < 3; i++) {
      buildAnew(env);
    }
    assertThat(builds())
        .as("its own, the current one and the one before")
        .containsExactly("1", "3", "4");
    assertThat(checkout.resolve("cli/target/dist/1/lib/jar")).exists();
    Files.delete(serving);
    assertThat(server.await().status()).isZero();
    buildAnew(env);
    assertThat(builds()).containsExactly("4", "5");
  }

  @Test
  void aServerIsLookedAtAndStoppedWithoutABuildUnlessThereIsNone() throws Exception {
    Map<String, String> env = Map.of("JAVA_HOME", jdk("jdk", "25").toString());
    assertThat(stigmer(env, "server", "status").err()).contains("building");
    change("cli/src/main/A.java");
    for (String command : List.of("status", "stop", "logs")) {
      Ended ended = stigmer(env, "server", command);
      assertThat(ended.err())
          .isEqualTo(
              "stigmer: the sources are newer than what runs here; other commands build them\n");
      assertThat(ended.out())
          .contains("/cli/target/dist/1/lib/*\n")
          .endsWith("server\n" + command + "\n");
    }
    assertThat(stigmer(env, "server", "start").err()).contains("building");
    Files.setLastModifiedTime(
        checkout.resolve("cli/src/main/A.java"), FileTime.from(Instant.EPOCH));
    assertThat(stigmer(env, "server", "status").err()).isEmpty();
  }

  @Test
  void anotherJdkInJavaHomeIsPassedOver() throws Exception {
    Path old = jdk("old", "17.0.15");
    Path jdk = jdk("usr/lib/jvm/temurin-25", "25");
    Ended ended = stigmer(Map.of("JAVA_HOME", old.toString()), "version");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(Files.readAllLines(calls)).first().isEqualTo("mvnw " + jdk);
  }

  @Test
  void aJdkOnThePathIsFoundThroughItsLinks() throws Exception {
    Path jdk = jdk("somewhere/jdk 25", "25.0.1");
    Path bin = Files.createDirectories(folder.resolve("links"));
    Files.createSymbolicLink(bin.resolve("javac"), jdk.resolve("bin/javac"));
    Ended ended = stigmer(Map.of("PATH", bin + ":" + path()), "version");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(Files.readAllLines(calls)).first().isEqualTo("mvnw " + jdk.toRealPath());
  }

  @Test
  void withoutAJdk25ItSaysHowToGetOne() throws Exception {
    jdk("usr/lib/jvm/old", "21.0.2");
    Ended ended = stigmer(Map.of(), "version");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err())
        .startsWith("error[E001]: Stigmer needs a JDK 25, and none was found")
        .contains("apt install", "brew install", "sdk install", "JAVA_HOME");
    assertThat(calls).doesNotExist();
  }

  @Test
  void withoutMavenItSaysHowToGetOne() throws Exception {
    Path jdk = jdk("jdk", "25");
    Files.delete(folder.resolve("tools/mvn"));
    Ended ended =
        stigmer(Map.of("JAVA_HOME", jdk.toString(), "PATH", pathWithoutMaven()), "version");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("Maven is needed for the first build");
  }

  @Test
  void aFailedBuildShowsItsEndAndTheNextStartTriesAgain() throws Exception {
    Path jdk = jdk("jdk", "25");
    Files.createFile(folder.resolve("broken"));
    Ended failed = stigmer(Map.of("JAVA_HOME", jdk.toString()), "version");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).contains("the build failed", "[ERROR] it does not compile");
    assertThat(failed.out()).isEmpty();
    Files.delete(folder.resolve("broken"));
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").status()).isZero();
  }

  @Test
  void aFailedBuildLeavesWhatWasBuiltBefore() throws Exception {
    Path jdk = jdk("jdk", "25");
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").status()).isZero();
    Path jar = checkout.resolve("cli/target/dist/1/lib/jar");
    Files.writeString(jar, "old");
    Files.createFile(folder.resolve("broken"));
    change("pom.xml");
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").status()).isEqualTo(1);
    assertThat(jar).hasContent("old");
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "server", "stop").out())
        .contains("/dist/1/lib/*");
    Files.delete(folder.resolve("broken"));
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").out())
        .contains("/dist/2/lib/*");
    assertThat(checkout.resolve("cli/target/dist/2/lib/jar")).hasContent("new");
  }

  @Test
  void twoFirstStartsBuildOnce() throws Exception {
    Path jdk = jdk("jdk", "25");
    var running = new ArrayList<Started>();
    for (int i = 0; i < 3; i++) {
      running.add(start(Map.of("JAVA_HOME", jdk.toString()), checkout + "/stigmer", "version"));
    }
    for (Started started : running) {
      assertThat(started.await().status()).isZero();
    }
    assertThat(Files.readAllLines(calls)).containsExactly("mvnw " + jdk, "train", "train");
  }

  @Test
  void aBuildThatIsStoppedHoldsNobodyUp() throws Exception {
    Path jdk = jdk("jdk", "25");
    Path slow = Files.createFile(folder.resolve("slow"));
    Started stopped = start(Map.of("JAVA_HOME", jdk.toString()), checkout + "/stigmer", "version");
    Await.until("the build has begun", () -> Files.exists(calls));
    stopped.process().destroy();
    assertThat(stopped.await().status()).isEqualTo(143);
    Files.delete(slow);
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").status()).isZero();
  }

  @Test
  void aBuildThatWasKilledHoldsNobodyUp() throws Exception {
    Path jdk = jdk("jdk", "25");
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.createDirectories(checkout.resolve("cli/target"));
    Files.createSymbolicLink(
        checkout.resolve("cli/target/dist.building"), Path.of(Long.toString(gone.pid())));
    assertThat(stigmer(Map.of("JAVA_HOME", jdk.toString()), "version").status()).isZero();
  }

  @Test
  void argumentsArriveAsTheyWereAlsoThroughALink() throws Exception {
    Path jdk = jdk("jdk", "25");
    Path link = Files.createSymbolicLink(folder.resolve("a link"), checkout.resolve("stigmer"));
    Ended ended =
        start(
                Map.of("JAVA_HOME", jdk.toString()),
                link.toString(),
                "run",
                "two words",
                "",
                "a\"b'c$HOME*")
            .await();
    assertThat(ended.out()).endsWith("\nrun\ntwo words\n\na\"b'c$HOME*\n");
  }

  private Ended stigmer(Map<String, String> env, String... arguments) throws Exception {
    var line = new ArrayList<>(List.of(checkout.resolve("stigmer").toString()));
    line.addAll(List.of(arguments));
    return start(env, line.toArray(String[]::new)).await();
  }

  private record Started(Process process, Path out, Path err) {
    Ended await() throws InterruptedException {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), StigmerProcess.read(out), StigmerProcess.read(err));
    }
  }

  private Started start(Map<String, String> env, String... line) throws IOException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    var builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path());
    builder.environment().put("HOME", folder.toString());
    builder.environment().putAll(env);
    return new Started(builder.start(), out, err);
  }

  /** The system's tools without any javac or mvn of this machine. */
  private String path() throws IOException {
    return folder.resolve("tools") + ":" + pathWithoutMaven();
  }

  private String pathWithoutMaven() throws IOException {
    Path tools = Files.createDirectories(folder.resolve("system"));
    for (String tool :
        List.of(
            "sh",
            "find",
            "head",
            "tail",
            "mkdir",
            "ln",
            "rm",
            "mv",
            "sleep",
            "dirname",
            "readlink",
            "cat",
            "tr",
            "printf")) {
      Path link = tools.resolve(tool);
      for (String place : List.of("/usr/bin/", "/bin/")) {
        if (!Files.exists(link) && Files.exists(Path.of(place + tool))) {
          Files.createSymbolicLink(link, Path.of(place + tool));
        }
      }
    }
    return tools.toString();
  }
}
