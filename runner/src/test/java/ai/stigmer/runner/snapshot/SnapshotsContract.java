package ai.stigmer.runner.snapshot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.snapshot.Manifest.File;
import ai.stigmer.runner.snapshot.Manifest.Item;
import ai.stigmer.runner.snapshot.Manifest.Link;
import ai.stigmer.runner.snapshot.Snapshots.Limits;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Amount;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Mode;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Report;
import ai.stigmer.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What snapshots promise, wherever they are kept. */
abstract class SnapshotsContract {
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

  /** The folder in which the store has an object as a file each. */
  abstract Path objects();

  private Path aside() {
    return objects().resolveSibling("aside");
  }

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
  void whatNobodyNamesIsSetAsideAndOnceItLayThereForLongEnoughItIsGone() throws IOException {
    // Given
    write(here.resolve("f"), "first");
    String first = snapshots.take(here);
    write(here.resolve("f"), "second");
    String second = snapshots.take(here);
    makeOld(objects());
    write(here.resolve("f"), "of a run that is not in the journal yet");
    String young = snapshots.take(here);
    // Then
    assertThat(sweep(Mode.PLAN, second).aside().contents()).isEqualTo(2);
    assertThat(names(aside())).isEmpty();
    // When
    Report report = sweep(Mode.SWEEP, second);
    // Then
    assertThat(report.aside().contents()).isEqualTo(2);
    assertThat(report.aside().bytes()).isGreaterThan("first".length());
    assertThat(report.removed()).isEqualTo(new Amount(0, 0));
    assertThat(names(aside())).contains(first).hasSize(2);
    assertThat(names(objects())).contains(second, young).doesNotContain(first);
    assertThat(sweep(Mode.SWEEP, second).removed().contents()).isZero();
    // When
    makeOld(aside());
    // Then
    assertThat(sweep(Mode.PLAN, second).removed().contents()).isEqualTo(2);
    assertThat(sweep(Mode.SWEEP, second).removed()).isEqualTo(report.aside());
    assertThat(names(aside())).isEmpty();
    snapshots.restore(second, there);
    assertThat(there.resolve("f")).hasContent("second");
    snapshots.restore(young, there);
  }

  @Test
  void whatWasSetAsideWhileSomebodyBeganToNameItIsRestoredAndBroughtBack() throws Exception {
    // Given
    fill(here);
    String id = snapshots.take(here);
    String other = snapshots.take(Files.createDirectories(temp.resolve("none")));
    makeOld(objects());
    var _ = sweep(Mode.SWEEP, other);
    assertThat(names(objects())).doesNotContain(id);
    // When
    snapshots(Limits.DEFAULT).restore(id, there);
    // Then
    assertThat(tree(there)).isEqualTo(tree(here));
    assertThat(names(objects())).contains(id);
    // When it is set aside once more, and named when somebody looks
    makeOld(objects());
    var _ = sweep(Mode.SWEEP, other);
    makeOld(aside());
    var _ = sweep(Mode.SWEEP, other, id);
    // Then
    assertThat(names(objects())).contains(id, other);
    snapshots(Limits.DEFAULT).restore(id, Files.createDirectories(temp.resolve("again")));
  }

  @Test
  void whatLiesInBothRoomsIsSetAsideAnewAndNotGoneAtOnce() throws Exception {
    // Given
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    String other = snapshots.take(Files.createDirectories(temp.resolve("none")));
    makeOld(objects());
    var _ = sweep(Mode.SWEEP, other);
    assertThat(snapshots(Limits.DEFAULT).take(here)).isEqualTo(id);
    makeOld(objects());
    makeOld(aside());
    // When
    var _ = sweep(Mode.SWEEP, other);
    // Then
    assertThat(names(aside())).contains(id);
    snapshots(Limits.DEFAULT).restore(id, there);
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void whoReliesOnAnOldContentMakesItYoung() throws Exception {
    fill(here);
    String id = snapshots.take(here);
    makeOld(objects());
    assertThat(snapshots(Limits.DEFAULT).take(here)).isEqualTo(id);
    String other = snapshots.take(Files.createDirectories(temp.resolve("none")));
    assertThat(sweep(Mode.SWEEP, other).aside()).isEqualTo(new Amount(0, 0));
  }

  @Test
  void aListThatIsLostKeepsEverythingWhereItIs() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    makeOld(objects());
    assertProblem("E527", () -> sweep(Mode.SWEEP, id, "0".repeat(64)));
    assertThat(names(aside())).isEmpty();
  }

  /** What each has kept is named only after it was swept several times. */
  @Test
  void whoeverKeepsWhileOthersSweepLosesNothing() throws Exception {
    // Given
    for (int i = 0; i < 3; i++) {
      write(here.resolve("f"), "before " + i);
      var _ = snapshots.take(here);
    }
    makeOld(objects());
    Map<String, String> journal = new ConcurrentHashMap<>();
    journal.put("another", snapshots.take(Files.createDirectories(temp.resolve("none"))));
    var sweeps = new AtomicInteger();
    // When
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writers = new ArrayList<Future<?>>();
      for (int i = 0; i < 3; i++) {
        int number = i;
        writers.add(
            threads.submit(
                () -> {
                  keepAndName(number, journal, sweeps);
                  return number;
                }));
      }
      while (!writers.stream().allMatch(Future::isDone)) {
        var _ = sweep(Mode.SWEEP, journal.values().toArray(String[]::new));
        sweeps.incrementAndGet();
      }
      for (Future<?> writer : writers) {
        var _ = writer.get();
      }
    }
    // Then
    for (int i = 0; i < 3; i++) {
      snapshots(Limits.DEFAULT).restore(requireNonNull(journal.get("run " + i)), there);
      assertThat(tree(there)).isEqualTo(tree(temp.resolve("writer " + i)));
    }
  }

  private void keepAndName(int number, Map<String, String> journal, AtomicInteger sweeps)
      throws Exception {
    Path folder = Files.createDirectories(temp.resolve("writer " + number));
    Snapshots own = snapshots(Limits.DEFAULT);
    for (int i = 0; i < 4; i++) {
      write(folder.resolve("old"), "before " + (number + i) % 3);
      write(folder.resolve("new"), "run " + number + ", step " + i);
      String id = own.take(folder);
      int seen = sweeps.get();
      Await.until("sweeps", () -> sweeps.get() > seen + 3);
      journal.put("run " + number, id);
    }
  }

  private Report sweep(Mode mode, String... lists) {
    return new WorkspaceSweep(snapshots).sweep(Set.of(lists), Instant.now(), mode);
  }

  private static void makeOld(Path room) throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(WorkspaceSweep.AGE.multipliedBy(2)));
    try (Stream<Path> files = Files.walk(room)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
  }

  private static List<String> names(Path room) throws IOException {
    if (!Files.exists(room)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(room)) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName() + "").toList();
    }
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

  private Path object(String hash) {
    return objects().resolve(hash.substring(0, 2)).resolve(hash);
  }

  static void assertProblem(String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }
}
