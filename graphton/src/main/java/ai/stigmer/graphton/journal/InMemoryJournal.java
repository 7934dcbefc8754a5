package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A journal that lasts as long as its process: for tests and for programs that need no recovery.
 *
 * <p>Thread contract: thread-safe.
 */
public final class InMemoryJournal implements Journal {
  private final Map<String, Run> runs = new ConcurrentHashMap<>();
  private final InstantSource clock;

  public InMemoryJournal(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    var run = new Run(clock.instant());
    if (runs.putIfAbsent(runId, run) != null) {
      throw Problem.of("E504", Category.STORE, "run " + runId + " exists already").asException();
    }
    return run.claim(runId, owner);
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return existing(runId).claim(runId, owner);
  }

  @Override
  public List<Recorded> read(String runId) {
    return existing(runId).copy();
  }

  @Override
  public List<RunSummary> list(int limit) {
    return runs.entrySet().stream()
        .map(entry -> entry.getValue().summary(entry.getKey()))
        .sorted(Comparator.comparing(RunSummary::created).reversed())
        .limit(limit)
        .toList();
  }

  @Override
  public void close() {}

  private Run existing(String runId) {
    Run run = runs.get(runId);
    if (run == null) {
      throw Problem.of("E501", Category.USAGE, "there is no run " + runId)
          .help("list the runs: stigmer sessions list")
          .asException();
    }
    return run;
  }

  private final class Run {
    private final List<Recorded> entries = new ArrayList<>();
    private final Instant created;
    private Instant updated;
    private String owner = "";
    private boolean held;
    private long epoch;

    Run(Instant created) {
      this.created = created;
      this.updated = created;
    }

    synchronized JournalWriter claim(String runId, String newOwner) {
      if (held) {
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
