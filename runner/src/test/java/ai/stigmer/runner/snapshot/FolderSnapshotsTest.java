package ai.stigmer.runner.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.runner.snapshot.Snapshots.Limits;
import ai.stigmer.runner.snapshot.WorkspaceSweep.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Snapshots in a folder that all machines see. */
class FolderSnapshotsTest extends SweepContract {
  @Override
  Snapshots snapshots(Limits limits) {
    return Snapshots.in(temp.resolve(NAME), limits);
  }

  @Override
  ObjectStore store(String name) {
    return new ObjectFolder(temp.resolve(name));
  }

  @Override
  Path objects() {
    return temp.resolve("store").resolve("objects");
  }

  @Test
  void aSnapshotThatWasCutOffLeavesTheOneBefore() throws IOException {
    fill(here);
    String id = snapshots.take(here);
    Map<String, String> whole = tree(here);
    write(temp.resolve("store").resolve("unfinished").resolve("object123"), "half of a fi");
    write(here.resolve("new"), "never kept");
    snapshots.restore(id, there);
    assertThat(tree(there)).isEqualTo(whole);
  }

  @Test
  void aFolderThatIsNotMountedDoesNotPassForOneThatHasLostItsContents() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    Path store = temp.resolve("store");
    Path away = Files.move(store, temp.resolve("away"));
    assertProblem("E594", () -> snapshots.restore(id, there));
    // When only the place is there where it is mounted
    Files.createDirectory(store);
    assertProblem("E594", () -> snapshots.restore(id, there));
    Files.delete(store);
    Files.move(away, store);
    snapshots.restore(id, there);
    assertThat(tree(there)).isEqualTo(tree(here));
  }

  @Test
  void whatKilledWritersLeftBehindIsGoneOnceItIsOld() throws IOException {
    write(here.resolve("f"), "content");
    String id = snapshots.take(here);
    Path unfinished = temp.resolve(NAME).resolve("unfinished");
    Path old = Files.writeString(unfinished.resolve("object1"), "half of a fi");
    Path young = Files.writeString(unfinished.resolve("object2"), "somebody writes i");
    Instant longAgo = Instant.now().minus(WorkspaceSweep.AGE).minusSeconds(60);
    Files.setLastModifiedTime(old, FileTime.from(longAgo));
    // When
    sweep(Mode.PLAN, id);
    assertThat(old).exists();
    sweep(Mode.SWEEP, id);
    // Then
    assertThat(old).doesNotExist();
    assertThat(young).hasContent("somebody writes i");
  }

  private void sweep(Mode mode, String id) {
    var _ =
        new WorkspaceSweep(store(NAME), mode, InstantSource.system())
            .sweep(Optional.empty(), Set.of(id));
  }

  @Test
  void theStoreIsForItsOwnerOnly() throws IOException {
    write(here.resolve("f"), "content");
    var _ = snapshots.take(here);
    snapshots.mark("journal");
    try (Stream<Path> files = Files.walk(temp.resolve("store"))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .endsWith("------"));
    }
  }
}
