package ai.stigmer.graphton.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {
  private static final String SECRET = "the secret";

  private final Path folder = make();
  private final Path root = folder.resolve("root");
  private final Workspace workspace = Workspace.open(root);

  private static Path make() {
    try {
      Path folder = Files.createTempDirectory("stigmer-workspace-").toRealPath();
      Path root = Files.createDirectory(folder.resolve("root"));
      Files.createDirectory(root.resolve("sub"));
      Files.writeString(folder.resolve("secret"), SECRET);
      Files.writeString(root.resolve("inside"), "inside");
      Files.createSymbolicLink(root.resolve("in"), Path.of("inside"));
      Files.createSymbolicLink(root.resolve("out"), folder);
      Files.createSymbolicLink(root.resolve("file-out"), folder.resolve("secret"));
      Files.createSymbolicLink(root.resolve("chain"), Path.of("out"));
      Files.createSymbolicLink(root.resolve("nowhere"), Path.of("gone"));
      Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatBelongsToGitOrToStigmerIsNotWritten() throws IOException {
    Path home = Files.createDirectories(root.resolve("sub/.stigmer"));
    Files.createDirectory(root.resolve(".git"));
    Files.writeString(root.resolve(".git/config"), "[core]");
    Files.createSymbolicLink(root.resolve("way-round"), Path.of("sub/.stigmer"));
    Workspace keeping = workspace.keeping(home);
    for (String path :
        List.of(
            ".git/config",
            ".git/hooks/pre-commit",
            "sub/.GIT/config",
            "sub/.stigmer/config.yaml",
            "way-round/config.yaml")) {
      assertThatThrownBy(() -> keeping.replace(keeping.resolve(path), new byte[] {1}))
          .as(path)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to");
    }
    keeping.replace(keeping.resolve(".gitignore"), new byte[] {1});
    assertThat(root.resolve(".git/config")).hasContent("[core]");
    assertThat(home).isEmptyDirectory();
  }

  @AfterProperty
  @Test
  void whatOtherProgramsObeyIsNotWrittenWhetherItIsThereOrNot() throws IOException {
    Files.createDirectory(root.resolve(".vscode"));
    for (String name :
        List.of(".vscode/tasks.json", ".mcp.json", ".claude/settings.json", ".ENVRC")) {
      assertThatThrownBy(() -> workspace.replace(workspace.resolve(name), new byte[] {1}))
          .hasMessageContaining("is protected: other programs");
    }
    workspace.replace(workspace.resolve("sub/.vscode/settings.json"), new byte[] {1});
  }

  @Test
  void filesThatHoldSecretsAreNeitherReadNorReplaced() throws IOException {
    Files.writeString(root.resolve("sub/.env"), SECRET);
    Files.writeString(root.resolve(".env.local"), SECRET);
    Files.writeString(root.resolve(".env.example"), "KEY=");
    Files.createSymbolicLink(root.resolve("harmless"), Path.of("sub/.env"));
    for (String name : List.of("sub/.env", ".env.local", "harmless")) {
      assertThatThrownBy(() -> workspace.read(workspace.resolve(name)).close())
          .hasMessageContaining("it holds secrets");
      assertThatThrownBy(() -> workspace.replace(workspace.resolve(name), new byte[] {1}))
          .hasMessageContaining("it holds secrets");
    }
    workspace.read(workspace.resolve(".env.example")).close();
    workspace.replace(workspace.resolve(".env"), new byte[] {1});
  }

  @Test
  void aLinkInAFoldersPlaceIsNotListed() throws IOException {
    Path sub = workspace.resolve("sub");
    Files.delete(sub);
    Files.createSymbolicLink(sub, folder);
    assertThatThrownBy(() -> workspace.children(sub)).isInstanceOf(IOException.class);
  }

  @AfterEach
  void tidyUp() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret",
        "sub/../../secret",
        "out",
        "out/secret",
        "out/new",
        "file-out",
        "chain/secret",
        "nowhere",
        "nowhere/x",
        "loop",
        "~/secret",
        "C:\\secret",
        "a\u0000b",
        "a\nb"
      })
  void whatLeadsOutOrNowhereIsRefused(String path) {
    assertThatThrownBy(() -> workspace.resolve(path)).isInstanceOf(IOException.class);
  }

  @Test
  void pathsAreTakenRelativeWithASlashAndWithTheRootInFront() throws IOException {
    Path inside = root.resolve("inside");
    for (String path :
        List.of("inside", "/inside", "//inside", "./inside", "sub/../inside", " inside ", "in")) {
      assertThat(workspace.resolve(path)).as(path).isEqualTo(inside);
    }
    assertThat(workspace.resolve(inside.toString())).isEqualTo(inside);
    assertThat(workspace.resolve(root.toString())).isEqualTo(root);
    assertThat(workspace.resolve("")).isEqualTo(root);
    assertThat(workspace.resolve("new/deep/file")).isEqualTo(root.resolve("new/deep/file"));
    assertThat(workspace.show(inside)).isEqualTo("inside");
    assertThat(workspace.show(root)).isEqualTo(".");
  }

  @Test
  void aRootThatWasGivenThroughALinkIsAcceptedByBothNames() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), root);
    Workspace linked = Workspace.open(link);
    assertThat(linked.root()).isEqualTo(root);
    assertThat(linked.resolve(link + "/inside")).isEqualTo(root.resolve("inside"));
    assertThat(linked.resolve(root + "/inside")).isEqualTo(root.resolve("inside"));
  }

  @Test
  void aReplacedFileKeepsItsPermissionsAndLeavesNothingBehind() throws IOException {
    Path file = root.resolve("inside");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    workspace.replace(file, "new".getBytes(StandardCharsets.UTF_8));
    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rwxr-x---");
    workspace.replace(root.resolve("a/b/c"), new byte[] {1});
    assertThat(root.resolve("a/b/c")).hasBinaryContent(new byte[] {1});
    try (Stream<Path> files = Files.walk(root)) {
      assertThat(files.filter(path -> path.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void foldersAndPipesAreNotOpenedAsFiles() throws Exception {
    Path pipe = root.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    for (Path path : List.of(pipe, root.resolve("sub"))) {
      assertThatThrownBy(() -> workspace.read(path).close()).hasMessageContaining("is not a file");
      assertThatThrownBy(() -> workspace.replace(path, new byte[0]))
          .hasMessageContaining("is not a file");
    }
  }

  @Test
  void anOpenFolderOpensNoLink() throws IOException {
    try (OpenFolder open = OpenFolder.beneath(root, root, OpenFolder.Missing.FAIL)) {
      assertThatThrownBy(
              () -> open.file(Path.of("file-out"), java.nio.file.StandardOpenOption.READ).close())
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aLinkThatIsPutInTheWayAfterTheCheckIsRefused() throws IOException {
    // Given
    Path file = workspace.resolve("sub/secret");
    Files.writeString(file, "harmless");
    // When
    Files.delete(file);
    Files.delete(root.resolve("sub"));
    Files.createSymbolicLink(root.resolve("sub"), folder);
    // Then
    assertThatThrownBy(() -> workspace.read(file).close()).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> workspace.replace(file, new byte[0])).isInstanceOf(IOException.class);
    assertThat(folder.resolve("secret")).hasContent(SECRET);
  }

  @Test
  void aLinkThatComesAndGoesNeverLetsAnythingThrough() throws Exception {
    // Given
    Path real = Files.createDirectory(root.resolve("real"));
    Path evil = Files.createSymbolicLink(root.resolve("evil"), folder);
    Path swapped = root.resolve("swapped");
    Thread swapper = Thread.ofPlatform().daemon().start(() -> swap(real, evil, swapped));
    // When
    for (int i = 0; i < 3_000; i++) {
      try {
        Path file = workspace.resolve("swapped/secret");
        workspace.replace(file, "written".getBytes(StandardCharsets.UTF_8));
        try (InputStream in = workspace.read(file)) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("written");
        }
      } catch (IOException e) {
        // The link stood there; refused.
        Thread.onSpinWait();
      }
    }
    swapper.interrupt();
    swapper.join();
    // Then
    assertThat(folder.resolve("secret")).hasContent(SECRET);
  }

  private static void swap(Path real, Path evil, Path swapped) {
    boolean isReal = false;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Path current = isReal ? evil : real;
        if (Files.exists(swapped, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
          Files.move(swapped, isReal ? real : evil, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(current, swapped, StandardCopyOption.ATOMIC_MOVE);
        isReal = !isReal;
      } catch (IOException e) {
        // The other thread has something open; try again.
        Thread.onSpinWait();
      }
    }
  }

  @Property(tries = 500)
  void noPathReadsOrChangesWhatIsOutside(@ForAll("paths") String path) throws IOException {
    WorkspaceTest fresh = new WorkspaceTest();
    try {
      fresh.use(path);
      assertThat(fresh.folder.resolve("secret")).hasContent(SECRET);
      try (Stream<Path> beside = Files.list(fresh.folder)) {
        assertThat(beside.map(p -> p.getFileName() + "")).containsOnly("root", "secret");
      }
    } finally {
      fresh.tidyUp();
    }
  }

  private void use(String path) {
    try {
      Path file = workspace.resolve(path);
      assertThat(file.startsWith(root)).isTrue();
      assertThat(Files.exists(file) ? file.toRealPath() : file).isEqualTo(file);
      if (Files.isRegularFile(file)) {
        try (InputStream in = workspace.read(file)) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isNotEqualTo(SECRET);
        }
      }
      workspace.replace(file, "x".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> name =
        Arbitraries.oneOf(
            Arbitraries.of(
                "..",
                ".",
                "",
                "out",
                "in",
                "inside",
                "sub",
                "chain",
                "secret",
                "file-out",
                "loop",
                "nowhere",
                "~",
                "root",
                "\u0000",
                "ünïcode",
                "a b",
                "C:\\",
                "\\..\\"),
            Arbitraries.strings().ofMaxLength(8),
            Arbitraries.just("x".repeat(300)));
    return name.list().ofMinSize(1).ofMaxSize(6).map(names -> String.join("/", names));
  }

  @Test
  void aWorkspaceThatCannotBeUsedIsNamed() {
    assertThatThrownBy(() -> Workspace.open(folder.resolve("gone")))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("is not there");
    assertThatThrownBy(() -> Workspace.open(folder.resolve("secret")))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("is not a folder");
  }
}
