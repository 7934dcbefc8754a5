package ai.stigmer.runner.snapshot;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.snapshot.ObjectStore.Room;
import ai.stigmer.runner.snapshot.Snapshots.Limits;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Amount;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Mode;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Report;
import ai.stigmer.testkit.Await;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What prunes do to a store of workspaces, wherever it is, and what they leave alone. */
abstract class SweepContract extends SnapshotsContract {
  private Path aside() {
    return objects().resolveSibling("aside");
  }

  private ObjectStore store() throws Exception {
    return store(NAME);
  }

  /** Another workspace, in which nothing is. */
  private String empty() throws Exception {
    return snapshots.take(Files.createDirectories(temp.resolve("none")));
  }

  /** A file that was set aside, has been kept once more since, and is old in both rooms. */
  private String oldInBothRooms(String other) throws Exception {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    makeOld(objects());
    var _ = sweep(Mode.SWEEP, other);
    assertThat(snapshots(Limits.DEFAULT).take(here)).isEqualTo(id);
    makeOld(objects());
    makeOld(aside());
    return id;
  }

  @Test
  void whatIsNotThereIsNotMovedAndThatIsNoError() throws Exception {
    String hash = "0".repeat(64);
    for (Room room : List.of(Room.OBJECTS, Room.ASIDE)) {
      store().move(hash, room);
      assertThat(store().since(hash, room)).isEmpty();
    }
  }

  @Test
  void whatNobodyNamesIsSetAsideAndOnceItLayThereForLongEnoughItIsGone() throws Exception {
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
    String other = empty();
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
    String other = empty();
    String id = oldInBothRooms(other);
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
    String other = empty();
    assertThat(sweep(Mode.SWEEP, other).aside()).isEqualTo(new Amount(0, 0));
  }

  @Test
  void aListThatIsLostKeepsEverythingWhereItIs() throws Exception {
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
    journal.put("another", empty());
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

  @Test
  void whatAnotherPruneHasJustSetAsideIsNotTakenForWhatLayThereForLong() throws Exception {
    // Given a content that is old in both rooms
    String other = empty();
    String id = oldInBothRooms(other);
    // When another prune does all of its work after this one has looked
    ObjectStore slow = afterListing(Room.ASIDE, () -> sweep(Mode.SWEEP, other));
    Report report = sweep(slow, InstantSource.system(), other);
    // Then
    assertThat(report.removed()).isEqualTo(new Amount(0, 0));
    assertThat(names(aside())).contains(id);
    snapshots(Limits.DEFAULT).restore(id, there);
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void whatWasRenewedSinceItWasListedStaysWhereItIs() throws Exception {
    fill(here);
    String id = snapshots.take(here);
    String other = empty();
    makeOld(objects());
    ObjectStore slow = afterListing(Room.OBJECTS, () -> snapshots(Limits.DEFAULT).take(here));
    assertThat(sweep(slow, InstantSource.system(), other).aside()).isEqualTo(new Amount(0, 0));
    assertThat(names(objects())).contains(id);
    assertThat(names(aside())).isEmpty();
  }

  @Test
  void aPlanChangesNothingAtAll() throws Exception {
    // Given a list that is named and lies aside, something to be set aside, and something to go
    fill(here);
    String named = snapshots.take(here);
    write(here.resolve("new"), "unnamed");
    var _ = snapshots.take(here);
    makeOld(objects());
    var _ = sweep(Mode.SWEEP, empty());
    makeOld(aside());
    write(here.resolve("new"), "unnamed, too");
    var _ = snapshots.take(here);
    makeOld(objects());
    assertThat(names(objects())).doesNotContain(named);
    Map<String, String> before = times();
    // When
    Report report = sweep(Mode.PLAN, named);
    // Then
    assertThat(report.aside().contents()).isPositive();
    assertThat(report.removed().contents()).isPositive();
    assertThat(times()).isEqualTo(before);
    // When the store of another place is looked at
    assertThatThrownBy(
            () ->
                new WorkspaceSweep(store("another"), Mode.PLAN, InstantSource.system())
                    .sweep(Optional.of("journal"), Set.of(named)))
        .isInstanceOf(ProblemException.class);
    assertThat(times()).isEqualTo(before);
    // Then: what was planned is what is done
    assertThat(sweep(Mode.SWEEP, named)).isEqualTo(report);
  }

  /** Everything in the store, and when it was changed. */
  private Map<String, String> times() throws IOException {
    var times = new TreeMap<String, String>();
    Path store = objects().getParent();
    try (Stream<Path> files = Files.walk(requireNonNull(store).getParent())) {
      for (Path file : files.toList()) {
        times.put(
            file.toString(), Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toString());
      }
    }
    return times;
  }

  @Test
  void aStoreInWhichAnotherJournalHasWorkspacesIsLeftAloneAndItIsToldWhatToDo() throws Exception {
    // Given
    write(here.resolve("f"), "content");
    String other = snapshots.take(here);
    snapshots.mark("mine");
    makeOld(objects());
    assertThat(sweep("mine", other).aside()).isEqualTo(new Amount(0, 0));
    // When
    snapshots.mark("another");
    write(here.resolve("f"), "changed");
    String id = snapshots.take(here);
    // Then
    assertThatThrownBy(() -> sweep("mine", id))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo("E528");
              assertThat(e.problem().from().getFirst())
                  .contains(Room.JOURNALS.name(ObjectStore.hash("another")));
              assertThat(e.problem().help())
                  .anyMatch(help -> help.contains("workspace.store"))
                  .anyMatch(help -> help.contains("remove its mark"));
            });
    assertProblem("E528", () -> sweep("a third one", id));
    assertThat(names(aside())).isEmpty();
    // When the other journal is gone
    Files.delete(objects().resolveSibling("journals").resolve(name(ObjectStore.hash("another"))));
    assertThat(sweep("mine", id).aside().contents()).isEqualTo(2);
  }

  private static String name(String hash) {
    return hash.substring(0, 2) + "/" + hash;
  }

  private Report sweep(String journal, String list) throws Exception {
    return new WorkspaceSweep(store(), Mode.SWEEP, InstantSource.system())
        .sweep(Optional.of(journal), Set.of(list));
  }

  @Test
  void aClockThatIsDaysAheadOrBehindMakesNothingOld() throws Exception {
    write(here.resolve("f"), "content");
    var _ = snapshots.take(here);
    String other = empty();
    InstantSource ahead = () -> Instant.now().plus(WorkspaceSweep.AGE.multipliedBy(2));
    InstantSource behind = () -> Instant.now().minus(WorkspaceSweep.AGE.multipliedBy(2));
    assertProblem("E529", () -> sweep(store(), ahead, other));
    assertProblem("E529", () -> sweep(store(), behind, other));
    assertThat(names(aside())).isEmpty();
    // When hours are between the clocks
    InstantSource hours = () -> Instant.now().plus(Duration.ofHours(10));
    makeOld(objects(), WorkspaceSweep.AGE.minusHours(5));
    assertThat(sweep(store(), hours, other).aside()).isEqualTo(new Amount(0, 0));
    // When a clock was ahead while something was kept or set aside, and is right again
    makeOld(objects());
    Path object = object(other);
    Files.setLastModifiedTime(object, FileTime.from(ahead.instant()));
    assertProblem("E529", () -> sweep(Mode.SWEEP, other));
    assertThat(names(aside())).isEmpty();
  }

  /** A store that somebody else comes to right after a room was listed, once. */
  private ObjectStore afterListing(Room room, Callable<?> then) throws Exception {
    ObjectStore store = store();
    var isDone = new AtomicBoolean();
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(store, arguments);
              if (method.getName().equals("list")
                  && arguments[0] == room
                  && isDone.compareAndSet(false, true)) {
                var _ = then.call();
              }
              return result;
            });
  }

  private Report sweep(Mode mode, String... lists) throws Exception {
    return new WorkspaceSweep(store(), mode, InstantSource.system())
        .sweep(Optional.empty(), Set.of(lists));
  }

  private static Report sweep(ObjectStore store, InstantSource clock, String list) {
    return new WorkspaceSweep(store, Mode.SWEEP, clock).sweep(Optional.empty(), Set.of(list));
  }

  static void makeOld(Path room) throws IOException {
    makeOld(room, WorkspaceSweep.AGE.multipliedBy(2));
  }

  private static void makeOld(Path room, Duration age) throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(age));
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
}
