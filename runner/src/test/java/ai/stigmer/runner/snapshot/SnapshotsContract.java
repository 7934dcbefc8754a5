package ai.stigmer.runner.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.snapshot.Manifest.File;
import ai.stigmer.runner.snapshot.Manifest.Item;
import ai.stigmer.runner.snapshot.Manifest.Link;
import ai.stigmer.runner.snapshot.Snapshots.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What snapshots promise, wherever they are kept. */
abstract class SnapshotsContract {
  static final String NAME = "store";

  @TempDir Path temp = Path.of("");

  Path here = Path.of("");
  Path there = Path.of("");
  Snapshots snapshots = Snapshots.in(Path.of(""), Limits.DEFAULT);

  @BeforeEach
  void open() throws Exception {
    here = Files.createDirectories(temp.resolve("here"));
    there = Files.createDirectories(temp.resolve("there"));
    snapshots = snapshots(Limits.DEFAULT);
  }

  /** In a store that is the same each time. */
  abstract Snapshots snapshots(Limits limits) throws Exception;

  /** That store, or one beside it of another name; nothing is asked of it yet. */
  abstract ObjectStore store(String name) throws Exception;

  /** The folder in which the store has an object as a file each. */
  abstract Path objects();

  @Test
  void whatAFolderHoldsIsPutIntoAnotherWithRightsLinksAndEmptyFolders() throws IOException {
    fill(here);
    snapshots.restore(snapshots.take(here), there);
    assertThat(tree(there)).isEqualTo(tree(here)).hasSize(10);
  }

  @Test
  void whatASnapshotDoesNotHaveIsRemovedAlsoWhereSomethingElseHasItsName() throws IOException {
    fill(here);
    String id = snapshots.take(here);
    // Given
    write(there.resolve("sub"), "a file where a folder is to be");
    Files.createDirectories(there.resolve("run.sh").resolve("deep"));
    write(there.resolve("run.sh").resolve("deep").resolve("f"), "x");
    Files.createSymbolicLink(there.resolve("secret.env"), here.resolve("secret.env"));
    write(there.resolve("other"), "not there");
    // When
    snapshots.restore(id, there);
    // Then
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void aLinkInThePlaceOfAFolderIsNotFollowed() throws IOException {
    Files.createDirectories(here.resolve("sub"));
    write(here.resolve("sub").resolve("f"), "inside");
    String id = snapshots.take(here);
    Path outside = Files.createDirectories(temp.resolve("outside"));
    write(outside.resolve("f"), "outside");
    Files.createSymbolicLink(there.resolve("sub"), outside);
    // When
    snapshots.restore(id, there);
    // Then
    assertThat(outside.resolve("f")).hasContent("outside");
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void filesThatAreAsTheyShouldBeAreLeftAlone() throws IOException {
    fill(here);
    String id = snapshots.take(here);
    snapshots.restore(id, there);
    Path file = there.resolve("run.sh");
    FileTime past = FileTime.fromMillis(1_000);
    Files.setLastModifiedTime(file, past);
    snapshots.restore(id, there);
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(past);
  }

  @Test
  void onlyWhatChangedIsCopiedToTheStore() throws IOException {
    fill(here);
    String before = snapshots.take(here);
    long objects = count();
    assertThat(snapshots.take(here)).isEqualTo(before);
    assertThat(count()).isEqualTo(objects);
    // When
    write(here.resolve("new"), "new");
    // Then: its content and the new list
    assertThat(snapshots.take(here)).isNotEqualTo(before);
    assertThat(count()).isEqualTo(objects + 2);
  }

  @Test
  void aContentThatIsGoneOrWasChangedIsToldAndNotUsed() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    Path object = object(ObjectStore.hash(here.resolve("f")));
    Files.writeString(object, "another");
    assertProblem("E527", () -> snapshots.restore(id, there));
    assertThat(there.resolve("f")).doesNotExist();
    Files.delete(object);
    assertProblem("E527", () -> snapshots.restore(id, there));
    assertProblem("E527", () -> snapshots.restore("0".repeat(64), there));
  }

  @Test
  void aContentThatWasCutIsToldAndNotUsed() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    Files.writeString(object(ObjectStore.hash(here.resolve("f"))), "cont");
    assertProblem("E527", () -> snapshots.restore(id, there));
    assertThat(there.resolve("f")).doesNotExist();
  }

  @Test
  void twoMachinesThatKeepTheSameAtTheSameTimeDoNotDisturbEachOther() throws Exception {
    fill(here);
    var others = new ArrayList<Future<String>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 4; i++) {
        Snapshots other = snapshots(Limits.DEFAULT);
        others.add(threads.submit(() -> other.take(here)));
      }
    }
    String id = others.getFirst().get();
    for (Future<String> other : others) {
      assertThat(other.get()).isEqualTo(id);
    }
    snapshots.restore(id, there);
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void whatIsLostIsToldWithWhoActsAndWhatGoesOnOnceItIsBack() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    Path object = object(ObjectStore.hash(here.resolve("f")));
    Path backup = Files.move(object, temp.resolve("backup"));
    assertThatThrownBy(() -> snapshots.restore(id, there))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().from())
                  .singleElement()
                  .asString()
                  .contains(object.getFileName() + " is not in ");
              assertThat(e.problem().help())
                  .anyMatch(help -> help.contains("workspace.store"))
                  .anyMatch(help -> help.contains("stigmer resume"));
            });
    Files.move(backup, object);
    snapshots.restore(id, there);
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void aFolderThatHoldsTooMuchIsRefusedWithWhatToDo() throws IOException {
    fill(here);
    assertProblem("E595", () -> snapshots(new Limits(10, 100)).take(here));
    assertProblem("E595", () -> snapshots(new Limits(1_000_000, 3)).take(here));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../f", "/f", "a/../../f", "a//f", "", ".", "link/f", "nowhere/f"})
  void aListThatLeadsOutsideIsRefused(String path) {
    List<Item> items = List.of(new Link("link", "/"), new File(path, "rw-------", 1, "00"));
    assertThatThrownBy(() -> new Manifest(items)).isInstanceOf(IllegalArgumentException.class);
  }

  static void fill(Path folder) throws IOException {
    write(folder.resolve("run.sh"), "echo hello");
    Files.setPosixFilePermissions(
        folder.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x---"));
    write(folder.resolve("secret.env"), "A=B");
    Files.createDirectories(folder.resolve("sub").resolve("deeper"));
    write(folder.resolve("sub").resolve("deeper").resolve("f"), "deep");
    Files.createDirectories(folder.resolve("empty"));
    Files.createDirectories(folder.resolve(".git"));
    write(folder.resolve(".git").resolve("HEAD"), "ref: refs/heads/main\n");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("sub/deeper/f"));
    Files.createSymbolicLink(folder.resolve("dangling"), Path.of("/nowhere"));
    Files.setPosixFilePermissions(
        folder.resolve("sub"), PosixFilePermissions.fromString("r-xr-xr-x"));
  }

  static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  /** Everything in a folder, with rights and contents. */
  static Map<String, String> tree(Path folder) throws IOException {
    var tree = new TreeMap<String, String>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(one -> !one.equals(folder)).toList()) {
        tree.put(folder.relativize(file).toString(), shown(file));
      }
    }
    return tree;
  }

  private static String shown(Path file) throws IOException {
    if (Files.isSymbolicLink(file)) {
      return "-> " + Files.readSymbolicLink(file);
    }
    String mode =
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    return Files.isDirectory(file) ? mode : mode + " " + Files.readString(file);
  }

  private long count() throws IOException {
    try (Stream<Path> files = Files.walk(objects())) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  Path object(String hash) {
    return objects().resolve(hash.substring(0, 2)).resolve(hash);
  }

  static void assertProblem(String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }
}
