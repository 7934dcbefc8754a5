package ai.stigmer.runner.snapshot;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.runner.snapshot.KeptWorkspaces.Saved;
import ai.stigmer.runner.snapshot.Manifest.File;
import ai.stigmer.runner.snapshot.Manifest.Item;
import ai.stigmer.runner.snapshot.ObjectStore.Room;
import ai.stigmer.runner.snapshot.ObjectStore.Stored;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/*
 * A content is kept before the journal names the list that names it, so what nobody names may be about to be named. Whoever
 * relies on a content sees to it that it was kept within ObjectStore.RENEWED; only what is older than AGE is touched; so
 * nobody who writes a snapshot within the days between relies on what this touches. What is left is whoever renews a content
 * at the moment at which it is found to be old: it is not removed, but set aside, where restoring still finds it, and
 * whoever sweeps next brings it back. What lies aside nobody relies on, so it can go once it has lain there for as long.
 *
 * First the journals are read, then the lists, then the rooms: what is named later is young.
 */
/**
 * Takes away what lies in a store of workspaces and no run's last snapshot names: first aside, and
 * for good when it has lain there for {@link #AGE}. Runs may go on meanwhile, on any machine.
 *
 * <p>Thread contract: thread-safe, also across processes and machines.
 */
public final class WorkspaceSweep {
  /** What was kept, or set aside, within this time stays where it is. */
  public static final Duration AGE = Duration.ofDays(7);

  private static final String LEFT_ALONE = "of the store nothing was removed";

  private final ObjectStore objects;
  private final Mode mode;
  private final InstantSource clock;

  WorkspaceSweep(ObjectStore objects, Mode mode, InstantSource clock) {
    this.objects = objects;
    this.mode = mode;
    this.clock = clock;
  }

  /**
   * Opens a configured store. To plan, nothing is asked of it yet.
   *
   * @param store an absolute path, a {@code file:} URL, or {@code s3://bucket/prefix}
   * @param env the environment; variables of S3's clients count for a bucket
   * @throws ProblemException {@code E594}, of a bucket {@code E525} or {@code E526}, when it is
   *     none of these, or cannot be used
   */
  public static WorkspaceSweep of(String store, Map<String, String> env, Mode mode) {
    ObjectStore objects =
        switch (mode) {
          case PLAN -> Snapshots.store(store, env);
          case SWEEP -> Snapshots.of(store, env).objects();
        };
    return new WorkspaceSweep(objects, mode, InstantSource.system());
  }

  /** What is done. */
  public enum Mode {
    /** Nothing is changed. */
    PLAN,
    SWEEP
  }

  /** How many contents, and how large they are together. */
  public record Amount(long contents, long bytes) {
    private static Amount of(List<Stored> stored) {
      return new Amount(stored.size(), stored.stream().mapToLong(Stored::bytes).sum());
    }
  }

  /**
   * What goes, or went.
   *
   * @param aside what was set aside now
   * @param removed what had been set aside, and is gone for good
   * @param left what is named, or young
   */
  public record Report(Amount aside, Amount removed, Amount left) {}

  /**
   * Takes away what no run of a journal names.
   *
   * @param going runs that do not count any more
   * @return empty when no run names anything: the store is then left alone, as the journal may be
   *     another one's
   * @throws ProblemException {@code E527} when the store has lost a list, so that nobody can tell
   *     what is named; {@code E528} when another journal has workspaces there, too; {@code E529}
   *     when clocks are wrong; {@code E594} or {@code E525} when the store cannot be used; whatever
   *     keeps the journal from being read. Then nothing was touched that is named
   */
  public Optional<Report> sweep(Journal journal, Set<String> going) {
    var lists = new HashSet<String>();
    for (RunSummary run : journal.list(Integer.MAX_VALUE)) {
      if (!going.contains(run.runId())) {
        Saved.last(journal.read(run.runId())).ifPresent(saved -> lists.add(saved.snapshot()));
      }
    }
    return lists.isEmpty() ? Optional.empty() : Optional.of(sweep(journal.id(), lists));
  }

  /** Takes away what these lists do not name. */
  Report sweep(Optional<String> journal, Set<String> lists) {
    try {
      requireNoOther(journal);
      Instant now = now();
      Found found = look(named(lists), now);
      return mode == Mode.PLAN ? found.report() : sweep(found, now.minus(AGE));
    } catch (LostContentException e) {
      throw Snapshots.lost("the store of workspaces has lost the list of one", e)
          .help(
              LEFT_ALONE + ", as nobody can tell what of it is still needed",
              "put it back into workspace.store, for example from a backup",
              "or remove the run that names it, once it is over: stigmer store prune")
          .asException();
    } catch (IOException e) {
      throw Snapshots.away(e);
    }
  }

  private void requireNoOther(Optional<String> journal) throws IOException {
    Optional<String> own = journal.map(ObjectStore::hash);
    objects.list(
        Room.JOURNALS,
        mark -> {
          if (!own.equals(Optional.of(mark.hash()))) {
            throw Problem.of(
                    "E528",
                    Category.STORE,
                    "runs of another journal have workspaces in this store, too")
                .from(objects + ", " + Room.JOURNALS.name(mark.hash()) + " of " + mark.since())
                .help(
                    LEFT_ALONE + ", as nobody can tell from here what those runs need",
                    "give each journal a store of its own: workspace.store",
                    "if the other journal is gone for good, remove its mark, the file or object"
                        + " named above, and prune again")
                .asException();
          }
        });
  }

  /** The earlier one by two clocks: what is old then is old by both of them. */
  private Instant now() throws IOException {
    Instant here = clock.instant();
    if (mode == Mode.PLAN) {
      return here;
    }
    Instant there = objects.now();
    if (Duration.between(here, there).abs().compareTo(ObjectStore.RENEWED) > 0) {
      throw wrongClock("here it is " + here + ", there " + there);
    }
    return here.isBefore(there) ? here : there;
  }

  private ProblemException wrongClock(String why) {
    return Problem.of("E529", Category.STORE, "a clock is wrong, so the age of contents is unknown")
        .from(objects.toString(), why)
        .help(
            LEFT_ALONE + ", as it could be younger than it seems",
            "set the clocks of all machines that use the store, and of the store; then prune again,"
                + " once what is of the future there is past")
        .asException();
  }

  private Set<String> named(Set<String> lists) throws IOException {
    var named = new HashSet<>(lists);
    named.add(ObjectStore.EMPTY);
    for (String id : lists) {
      for (Item item : Snapshots.list(id, this::fetch).items()) {
        if (item instanceof File file) {
          named.add(file.hash());
        }
      }
    }
    return named;
  }

  /** Wherever it lies; somebody may bring it back at this moment. */
  private void fetch(String hash, Path target) throws IOException {
    for (Room room : List.of(Room.OBJECTS, Room.ASIDE)) {
      try {
        objects.fetch(hash, room, target);
        return;
      } catch (LostContentException e) {
        // It may lie in the other one.
      }
    }
    objects.fetch(hash, Room.OBJECTS, target);
  }

  /**
   * What lies in the store.
   *
   * @param unnamed old, and to be set aside
   * @param back named, and only aside
   * @param gone aside for long
   * @param left named or young
   */
  private record Found(List<Stored> unnamed, List<Stored> back, List<Stored> gone, Amount left) {
    Report report() {
      return new Report(Amount.of(unnamed), Amount.of(gone), left);
    }
  }

  private Found look(Set<String> named, Instant now) throws IOException {
    Instant old = now.minus(AGE);
    var missing = new HashSet<>(named);
    var unnamed = new ArrayList<Stored>();
    var left = new ArrayList<Stored>();
    list(
        Room.OBJECTS,
        now,
        one -> {
          missing.remove(one.hash());
          (named.contains(one.hash()) || !one.since().isBefore(old) ? left : unnamed).add(one);
        });
    var back = new ArrayList<Stored>();
    var gone = new ArrayList<Stored>();
    list(
        Room.ASIDE,
        now,
        one -> {
          if (missing.contains(one.hash())) {
            back.add(one);
          } else if (one.since().isBefore(old)) {
            gone.add(one);
          }
        });
    return new Found(unnamed, back, gone, Amount.of(left));
  }

  /** What is of the future tells that a clock was set back, or is ahead somewhere. */
  private void list(Room room, Instant now, Consumer<Stored> each) throws IOException {
    Instant latest = now.plus(ObjectStore.RENEWED);
    objects.list(
        room,
        one -> {
          if (one.since().isAfter(latest)) {
            throw wrongClock(room.name(one.hash()) + " is of " + one.since() + "; now is " + now);
          }
          each.accept(one);
        });
  }

  private Report sweep(Found found, Instant old) throws IOException {
    for (Stored one : found.back()) {
      objects.move(one.hash(), Room.OBJECTS);
    }
    // Before others are set aside: the same content may lie in both rooms.
    var gone = new ArrayList<Stored>();
    for (Stored one : found.gone()) {
      if (isStillOld(one, Room.ASIDE, old)) {
        objects.remove(one.hash());
        gone.add(one);
      }
    }
    var aside = new ArrayList<Stored>();
    for (Stored one : found.unnamed()) {
      if (isStillOld(one, Room.OBJECTS, old)) {
        objects.move(one.hash(), Room.ASIDE);
        aside.add(one);
      }
    }
    objects.removeUnfinished(old);
    return new Report(Amount.of(aside), Amount.of(gone), found.left());
  }

  /** Somebody may have renewed it, or set it aside, since it was listed. */
  private boolean isStillOld(Stored one, Room room, Instant old) throws IOException {
    return objects.since(one.hash(), room).filter(old::isAfter).isPresent();
  }
}
