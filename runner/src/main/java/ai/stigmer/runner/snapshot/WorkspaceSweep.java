package ai.stigmer.runner.snapshot;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Journal.RunSummary;
import ai.stigmer.runner.snapshot.KeptWorkspaces.Saved;
import ai.stigmer.runner.snapshot.Manifest.File;
import ai.stigmer.runner.snapshot.Manifest.Item;
import ai.stigmer.runner.snapshot.ObjectStore.Room;
import ai.stigmer.runner.snapshot.ObjectStore.Stored;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

  private final Snapshots snapshots;

  WorkspaceSweep(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /**
   * Opens a configured store.
   *
   * @param store an absolute path, a {@code file:} URL, or {@code s3://bucket/prefix}
   * @param env the environment; variables of S3's clients count for a bucket
   * @throws ProblemException {@code E594}, of a bucket {@code E525} or {@code E526}, when it is
   *     none of these, or cannot be used
   */
  public static WorkspaceSweep of(String store, Map<String, String> env) {
    return new WorkspaceSweep(Snapshots.of(store, env));
  }

  /** Whether anything is changed. */
  public enum Mode {
    PLAN,
    SWEEP
  }

  /** How many contents, and how large they are together. */
  public record Amount(long contents, long bytes) {
    private static Amount of(List<Stored> stored) {
      return new Amount(stored.size(), stored.stream().mapToLong(Stored::bytes).sum());
    }

    private Amount plus(Stored stored) {
      return new Amount(contents + 1, bytes + stored.bytes());
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
   *     what is named; {@code E594} or {@code E525} when it cannot be used; whatever keeps the
   *     journal from being read. Then nothing was touched that is named
   */
  public Optional<Report> sweep(Journal journal, Set<String> going, Instant now, Mode mode) {
    var lists = new HashSet<String>();
    for (RunSummary run : journal.list(Integer.MAX_VALUE)) {
      if (!going.contains(run.runId())) {
        Saved.last(journal.read(run.runId())).ifPresent(saved -> lists.add(saved.snapshot()));
      }
    }
    return lists.isEmpty() ? Optional.empty() : Optional.of(sweep(lists, now, mode));
  }

  /** Takes away what these lists do not name. */
  Report sweep(Set<String> lists, Instant now, Mode mode) {
    try {
      return sweepUnnamed(named(lists), now.minus(AGE), mode);
    } catch (LostContentException e) {
      throw Snapshots.lost("the store of workspaces has lost the list of one", e)
          .help(
              "of the store nothing was removed, as nobody can tell what of it is still needed",
              "put it back into workspace.store, for example from a backup",
              "or remove the run that names it, once it is over: stigmer store prune")
          .asException();
    } catch (IOException e) {
      throw Snapshots.away(e);
    }
  }

  private Set<String> named(Set<String> lists) throws IOException {
    var named = new HashSet<>(lists);
    named.add(ObjectStore.EMPTY);
    for (String id : lists) {
      for (Item item : snapshots.list(id).items()) {
        if (item instanceof File file) {
          named.add(file.hash());
        }
      }
    }
    return named;
  }

  private Report sweepUnnamed(Set<String> named, Instant old, Mode mode) throws IOException {
    ObjectStore objects = snapshots.objects();
    var missing = new HashSet<>(named);
    var unnamed = new ArrayList<Stored>();
    var left = new Amount[] {new Amount(0, 0)};
    objects.list(
        Room.OBJECTS,
        one -> {
          missing.remove(one.hash());
          if (named.contains(one.hash()) || !one.since().isBefore(old)) {
            left[0] = left[0].plus(one);
          } else {
            unnamed.add(one);
          }
        });
    var back = new ArrayList<Stored>();
    var gone = new ArrayList<Stored>();
    objects.list(
        Room.ASIDE,
        one -> {
          if (missing.contains(one.hash())) {
            back.add(one);
          } else if (one.since().isBefore(old)) {
            gone.add(one);
          }
        });
    if (mode == Mode.SWEEP) {
      for (Stored one : back) {
        objects.move(one.hash(), Room.OBJECTS);
      }
      // Before others are set aside: the same content may lie in both rooms.
      for (Stored one : gone) {
        objects.remove(one.hash());
      }
      for (Stored one : unnamed) {
        objects.move(one.hash(), Room.ASIDE);
      }
    }
    return new Report(Amount.of(unnamed), Amount.of(gone), left[0]);
  }
}
