package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * A journal that lasts as long as its process: for tests and for programs that need no recovery.
 *
 * <p>Thread contract: thread-safe.
 */
public final class InMemoryJournal implements Journal {
  private final Map<String, Run> runs = new ConcurrentHashMap<>();
  private final AtomicLong created = new AtomicLong();
  private final InstantSource clock;
  private final Predicate<String> alive;
  private final InMemoryInbox inbox;

  /** A journal that takes every owner for alive until it gives its run back. */
  public InMemoryJournal(InstantSource clock) {
    this(clock, owner -> true);
  }

  /**
   * A journal whose runs can be taken over, as those of a dead process can.
   *
   * @param alive whether the owner of that name, who has not given a run back, still lives
   */
  public InMemoryJournal(InstantSource clock, Predicate<String> alive) {
    this.clock = clock;
    this.alive = alive;
    this.inbox = new InMemoryInbox(clock, runs.keySet());
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    var run = new Run(clock.instant(), created.incrementAndGet());
    JournalWriter writer = run.claim(runId, owner, "");
    if (runs.putIfAbsent(runId, run) != null) {
      throw Problem.of("E504", Category.STORE, "run " + runId + " exists already").asException();
    }
    return writer;
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return existing(runId).claim(runId, owner, "");
  }

  @Override
  public JournalWriter reclaim(String runId, String owner) {
    return existing(runId).claim(runId, owner, owner);
  }

  @Override
  public List<Recorded> read(String runId) {
    return existing(runId).copy();
  }

  @Override
  public List<RunSummary> list(int limit) {
    return runs.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, Run> entry) -> entry.getValue().number)
                .reversed())
        .limit(limit)
        .map(entry -> entry.getValue().summary(entry.getKey()))
        .toList();
  }

  @Override
  public Inbox inbox() {
    return inbox;
  }

  @Override
  public void close() {}

  private Run existing(String runId) {
    Run run = runs.get(runId);
    if (run == null) {
      throw noSuchRun(runId);
    }
    return run;
  }

  static ProblemException noSuchRun(String runId) {
    return Problem.of("E501", Category.USAGE, "there is no run " + runId)
        .help("list the runs: stigmer sessions list")
        .asException();
  }

  private final class Run {
    private final List<Recorded> entries = new ArrayList<>();
    private final Instant created;
    private final long number;
    private Instant updated;
    private String owner = "";
    private boolean held;
    private long epoch;

    Run(Instant created, long number) {
      this.created = created;
      this.number = number;
      this.updated = created;
    }

    synchronized JournalWriter claim(String runId, String newOwner, String gone) {
      if (held && !owner.equals(gone) && alive.test(owner)) {
        throw Problem.of("E502", Category.STORE, "run " + runId + " is being run by " + owner)
            .help("wait for it to end, or stop it first")
            .asException();
      }
      held = true;
      owner = newOwner;
      epoch++;
      return new Writer(this, runId, epoch, List.copyOf(entries));
    }

    synchronized long append(long writersEpoch, List<JournalEntry> more) {
      if (writersEpoch != epoch || !held) {
        throw Problem.of("E505", Category.STORE, "somebody else has taken over this run")
            .asException();
      }
      updated = clock.instant();
      for (JournalEntry entry : more) {
        entries.add(new Recorded(entries.size() + 1L, updated, entry));
      }
      return entries.size();
    }

    synchronized void giveBack(long writersEpoch) {
      if (writersEpoch == epoch) {
        held = false;
      }
    }

    synchronized List<Recorded> copy() {
      return List.copyOf(entries);
    }

    synchronized RunSummary summary(String runId) {
      return new RunSummary(runId, created, updated, entries.size(), owner);
    }
  }

  private record Writer(Run run, String runId, long epoch, List<Recorded> before)
      implements JournalWriter {
    @Override
    public long append(List<JournalEntry> entries) {
      return run.append(epoch, entries);
    }

    @Override
    public void close() {
      run.giveBack(epoch);
    }
  }
}
