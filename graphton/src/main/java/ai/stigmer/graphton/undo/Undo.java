package ai.stigmer.graphton.undo;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.tool.FileState;
import ai.stigmer.graphton.tool.FileState.Kept;
import ai.stigmer.graphton.tool.builtin.ContentHash;
import ai.stigmer.graphton.undo.FileChanges.Change;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/*
 * What the run is told stands in its inbox before the first file is touched: a process that died in between leaves a run
 * that looks at its files once too often, never one that takes them for what they are no more. Undoing again does the
 * rest, because a file that is as it should be is left alone.
 */
/**
 * Puts the files that a run's tools changed back to how they were at an entry of it. What commands
 * changed is not known, and so not put back.
 *
 * <p>Thread: the caller's; it blocks.
 */
public final class Undo {

  /** What is to be done with a file. */
  public enum Action {
    /** Its earlier content and permissions are written. */
    RESTORE,
    /** The run made it, so it is removed. */
    REMOVE,
    /** It is as it was. */
    NONE,
    /** Somebody else changed it since, and that would be lost. */
    OVERWRITE,
    /** It cannot be put back. */
    IMPOSSIBLE
  }

  /**
   * One file.
   *
   * @param path relative to the workspace
   * @param why why it is not simply put back, for people; otherwise empty
   */
  public record Item(String path, Action action, String why, FileState target) {
    public Item {
      requireNonNull(path, "path is null");
      requireNonNull(action, "action is null");
      requireNonNull(why, "why is null");
      requireNonNull(target, "target is null");
    }
  }

  private final Journal journal;
  private final Workspace workspace;
  private final String runId;
  private final long at;

  /**
   * An undoing that has not begun.
   *
   * @param at up to which entry the run's changes stay, from 1
   */
  public Undo(Journal journal, Workspace workspace, String runId, long at) {
    this.journal = requireNonNull(journal, "journal is null");
    this.workspace = requireNonNull(workspace, "workspace is null");
    this.runId = requireNonNull(runId, "runId is null");
    this.at = at;
  }

  /**
   * What would be done, file by file, in the order in which they were changed first.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E451} when a call of it is open at that entry
   */
  public List<Item> plan() {
    return plan(journal.read(runId));
  }

  private List<Item> plan(List<Recorded> entries) {
    if (!Checkpoints.isValid(entries, at)) {
      throw Problem.of(
              "E451", Category.USAGE, "run " + runId + " cannot be taken back to entry " + at)
          .from("it has " + entries.size() + " entries; at this one a tool call has no outcome")
          .help(
              "take one of " + Checkpoints.inWords(entries),
              "to see what they are: stigmer sessions show " + runId)
          .asException();
    }
    var items = new ArrayList<Item>();
    for (Map.Entry<String, List<Change>> file : FileChanges.of(journal, entries).entrySet()) {
      if (file.getValue().getLast().seq() > at) {
        items.add(item(file.getKey(), file.getValue()));
      }
    }
    return List.copyOf(items);
  }

  /**
   * Does it, and leaves word for the run, so that its model knows when it goes on.
   *
   * @param by who undoes, for people
   * @param force whether changes that somebody else made since may be lost
   * @return what was done
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #plan}; {@code E502} when a
   *     process drives the run, {@code E450} when a file is not simply put back, {@code E452} when
   *     the disk refuses
   */
  public List<Item> apply(String by, Force force) {
    try (JournalWriter writer = journal.claim(runId, by)) {
      List<Item> items = plan(writer.before());
      refuse(items, force);
      List<Item> todo = items.stream().filter(Undo::isToBeDone).toList();
      if (!todo.isEmpty()) {
        new SteeringDesk(journal).say(runId, told(todo), by);
        todo.forEach(this::putBack);
      }
      return items;
    }
  }

  /** Whether changes of others may be lost. */
  public enum Force {
    NO,
    YES
  }

  private static boolean isToBeDone(Item item) {
    return switch (item.action()) {
      case RESTORE, REMOVE, OVERWRITE -> true;
      case NONE, IMPOSSIBLE -> false;
    };
  }

  private void refuse(List<Item> items, Force force) {
    List<String> reasons =
        items.stream()
            .filter(item -> !item.why().isEmpty())
            .map(i -> i.path() + ": " + i.why())
            .toList();
    if (force == Force.NO && !reasons.isEmpty()) {
      throw Problem.of(
              "E450",
              Category.RUN,
              (reasons.size() == 1 ? "a file is" : reasons.size() + " files are")
                  + " not simply put back, so nothing was done")
          .from(reasons.toArray(String[]::new))
          .help(
              "see the whole plan: stigmer undo " + runId + " --to " + at + " --dry-run",
              "put back what can be, and lose what others changed: add --force")
          .asException();
    }
  }

  private static String told(List<Item> todo) {
    return "The user has undone changes of yours. These files are as they were before: "
        + todo.stream()
            .map(item -> item.path() + (item.target().kept() == Kept.ABSENT ? " (gone)" : ""))
            .collect(Collectors.joining(", "))
        + ". Look at them again before you rely on what you know of them.";
  }

  private Item item(String path, List<Change> changes) {
    FileState target =
        changes.stream().filter(change -> change.seq() > at).findFirst().orElseThrow().state();
    String present;
    try {
      present = present(path);
    } catch (IOException e) {
      return new Item(path, Action.IMPOSSIBLE, String.valueOf(e.getMessage()), target);
    }
    if (present.equals(target.hash())) {
      return new Item(path, Action.NONE, "", target);
    }
    if (target.kept() == Kept.HASH_ONLY) {
      String why = "its earlier content was not kept: larger than 1 MiB, or it holds a key";
      return new Item(path, Action.IMPOSSIBLE, why, target);
    }
    String foreign = foreign(changes, target, present);
    if (!foreign.isEmpty()) {
      return new Item(path, Action.OVERWRITE, foreign, target);
    }
    return new Item(
        path, target.kept() == Kept.ABSENT ? Action.REMOVE : Action.RESTORE, "", target);
  }

  /**
   * What of somebody else would be lost. Every state of the run's own making, and every one that is
   * kept, can be had again; so it does not matter which of them the file is in.
   */
  private String foreign(List<Change> changes, FileState target, String present) {
    Set<String> known = new HashSet<>();
    boolean between = false;
    for (Change change : changes) {
      FileState state = change.state();
      between |= change.seq() > at && !state.equals(target) && !known.contains(state.hash());
      if (state.kept() != Kept.HASH_ONLY) {
        known.add(state.hash());
      }
      known.add(state.after());
    }
    if (!known.contains(present)) {
      return "somebody else changed it since";
    }
    return between ? "somebody else changed it between two changes of the run" : "";
  }

  private String present(String path) throws IOException {
    try (InputStream in = workspace.read(workspace.resolve(path))) {
      return ContentHash.of(in);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private void putBack(Item item) {
    try {
      Path file = workspace.resolve(item.path());
      if (item.target().kept() == Kept.ABSENT) {
        workspace.remove(file);
      } else {
        workspace.replace(file, Base64.getDecoder().decode(item.target().content()));
        workspace.setMode(file, item.target().mode());
      }
    } catch (IOException e) {
      throw Problem.of("E452", Category.RUN, "a file could not be put back: " + item.path())
          .from(String.valueOf(e.getMessage()))
          .help("mend that, then again: stigmer undo " + runId + " --to " + at)
          .asException();
    }
  }
}
