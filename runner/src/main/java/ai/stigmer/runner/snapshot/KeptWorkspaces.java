package ai.stigmer.runner.snapshot;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry.RunForked;
import ai.stigmer.graphton.journal.JournalEntry.WorkspaceSaved;
import ai.stigmer.graphton.journal.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/*
 * The journal says which snapshot counts: a machine that was overtaken cannot append, and so cannot make its folder
 * count either. What a folder of this machine holds is told by a mark beside it. It is the truth when this machine drove
 * the run last, also past its last snapshot, and when it is as the snapshot left it; else the snapshot is the truth.
 */
/**
 * Workspaces in a store that every machine sees, and their folders on this machine.
 *
 * <p>Thread contract: thread-safe; runs that share a folder are driven one at a time.
 */
public final class KeptWorkspaces {
  private final Snapshots snapshots;
  private final Path root;

  /**
   * @param root the folder of this machine's workspaces
   */
  public KeptWorkspaces(Snapshots snapshots, Path root) {
    this.snapshots = requireNonNull(snapshots, "snapshots is null");
    this.root = root.toAbsolutePath().normalize();
  }

  /**
   * The workspaces of a configured store.
   *
   * @param store an absolute path, a {@code file:} URL, or {@code s3://bucket/prefix}
   * @param env the environment; variables of S3's clients count for a bucket
   * @param root the folder of this machine's workspaces
   * @throws ProblemException {@code E594}, of a bucket {@code E525} or {@code E526}, when it is
   *     none of these, or cannot be used
   */
  public static KeptWorkspaces of(String store, Map<String, String> env, Path root) {
    return new KeptWorkspaces(Snapshots.of(store, env), root);
  }

  /**
   * Looks whether the store can be used now.
   *
   * @throws ProblemException {@code E594}, of a bucket {@code E525}, when it cannot
   */
  public void check() {
    snapshots.check();
  }

  /**
   * The folder on this machine of a run that began with a workspace of the store; empty for other
   * runs. It is made, and holds what is right once the run is claimed.
   *
   * @param recorded the folder that it began in, maybe on another machine
   */
  public Optional<Path> folder(Journal journal, String runId, Path recorded) {
    if (Saved.last(journal.read(runId)).isEmpty()) {
      return Optional.empty();
    }
    Path folder = root.resolve(requireNonNull(recorded.getFileName(), "a workspace has a name"));
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return Optional.of(folder);
    } catch (IOException e) {
      throw Snapshots.failed("the folder of the workspace cannot be made", folder, e);
    }
  }

  /** The journal for one run in a folder of this machine; other runs are as without it. */
  public Journal over(Journal journal, String runId, Path folder) {
    return new KeptJournal(journal, runId, new KeptFolder(folder, snapshots));
  }

  /** Makes a folder hold what a run has left, if the run has its workspace in the store. */
  public void fetch(List<Recorded> entries, Path folder) {
    Saved.last(entries)
        .ifPresent(saved -> new KeptFolder(folder, snapshots).fetch(saved.snapshot()));
  }

  /**
   * A snapshot in a journal.
   *
   * @param seq where it stands
   */
  record Saved(String snapshot, long seq) {
    /** Of a fork, the one that it kept itself: what it copied is another run's. */
    static Optional<Saved> last(List<Recorded> entries) {
      for (Recorded recorded : entries.reversed()) {
        if (recorded.entry() instanceof WorkspaceSaved(String snapshot)) {
          return Optional.of(new Saved(snapshot, recorded.seq()));
        }
        if (recorded.entry() instanceof RunForked) {
          break;
        }
      }
      return Optional.empty();
    }
  }
}
