package ai.stigmer.runner.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A workspace's folder on this machine, and the mark beside it that tells what it holds: who drove
 * it last, under which epoch, and the snapshot that it is equal to as long as nobody does. Without
 * a mark it holds nobody knows what.
 */
final class KeptFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Path mark;
  private final Snapshots snapshots;

  KeptFolder(Path folder, Snapshots snapshots) {
    this.folder = folder.toAbsolutePath().normalize();
    this.mark = this.folder.resolveSibling("." + this.folder.getFileName() + ".kept");
    this.snapshots = snapshots;
  }

  /**
   * Takes the folder for a drive of a run, with what it is to hold.
   *
   * @param epoch of the drive
   * @return whether it was put back to the snapshot, so that what a drive of another machine has
   *     changed since is not in it
   */
  boolean take(String runId, long epoch, String snapshot) {
    JsonNode known = read();
    boolean droveLast =
        known.path("run").asText().equals(runId) && known.path("epoch").asLong() == epoch - 1;
    boolean isRestored = !droveLast && !isEqualTo(known, snapshot);
    if (isRestored) {
      restore(snapshot);
    }
    write(runId, epoch, "");
    return isRestored;
  }

  /**
   * Keeps what it holds now, also on a thread that is to end; returns the snapshot.
   *
   * @param journal the id of the one that is to name it, where it has one
   */
  String keep(Optional<String> journal) {
    boolean interrupted = Thread.interrupted();
    try {
      journal.ifPresent(snapshots::mark);
      return snapshots.take(folder);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The journal says that a snapshot of it counts. */
  void kept(String runId, long epoch, String snapshot) {
    write(runId, epoch, snapshot);
  }

  /** Makes it hold a snapshot, for nobody who drives. */
  void fetch(String snapshot) {
    if (!isEqualTo(read(), snapshot)) {
      restore(snapshot);
      write("", 0, snapshot);
    }
  }

  private static boolean isEqualTo(JsonNode known, String snapshot) {
    return known.path("snapshot").asText().equals(snapshot);
  }

  private void restore(String snapshot) {
    try {
      Files.deleteIfExists(mark);
    } catch (IOException e) {
      throw Snapshots.failed("the mark of a workspace cannot be removed", mark, e);
    }
    snapshots.restore(snapshot, folder);
  }

  private JsonNode read() {
    try {
      return Files.exists(mark)
          ? JSON.readTree(Files.readAllBytes(mark))
          : JsonNodeFactory.instance.objectNode();
    } catch (IOException e) {
      return JsonNodeFactory.instance.objectNode();
    }
  }

  private void write(String runId, long epoch, String snapshot) {
    String text =
        JsonNodeFactory.instance
            .objectNode()
            .put("run", runId)
            .put("epoch", epoch)
            .put("snapshot", snapshot)
            .toString();
    Path fresh = mark.resolveSibling(mark.getFileName() + ".new");
    try {
      Files.writeString(fresh, text);
      Files.move(fresh, mark, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw Snapshots.failed("the mark of a workspace cannot be written", mark, e);
    }
  }
}
