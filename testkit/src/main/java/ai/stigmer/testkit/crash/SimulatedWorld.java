package ai.stigmer.testkit.crash;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.testkit.TestingTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Everything outside of the processes of a simulated run: the journal, the clock, the provider's
 * memory and what the tools did. It outlives every crash, and notes every broken promise.
 */
final class SimulatedWorld {
  static final String RUN = "r";

  final SimulatedPlay play;
  final TestingTiming timing = new TestingTiming();
  final Journal journal;

  /** How often each tool body was started, by idempotency key. */
  final Map<String, Integer> started = new ConcurrentHashMap<>();

  /** How often each effect happened, by idempotency key. */
  final Map<String, Integer> effects = new ConcurrentHashMap<>();

  /** How often each turn was asked for, by run and number. */
  final Map<String, Integer> asked = new ConcurrentHashMap<>();

  /** How often a summary was asked for, by run. */
  final Map<String, Integer> summaries = new ConcurrentHashMap<>();

  private final Map<String, List<JournalEntry>> acknowledged = new ConcurrentHashMap<>();
  private final List<String> broken = new ArrayList<>();
  private final Map<String, SimulatedPlay> tasks = new ConcurrentHashMap<>();
  private final Map<String, CrashPoints> owners = new ConcurrentHashMap<>();
  private final Map<String, CrashPoints> holders = new ConcurrentHashMap<>();
  private final Set<CrashPoints> asleep = ConcurrentHashMap.newKeySet();

  SimulatedWorld(SimulatedPlay play, Simulation.Journals journals) {
    this.play = play;
    this.journal = journals.open(timing::now, this::lives);
  }

  /** What a run does, which may be a sub-agent's. */
  SimulatedPlay play(String run) {
    return tasks.getOrDefault(run, play);
  }

  /** A sub-agent's run does this. */
  void hand(String run, SimulatedPlay task) {
    tasks.put(run, task);
  }

  /** The journal as a process sees it that has these points. */
  Journal seenBy(CrashPoints process) {
    return new Watched(process);
  }

  private boolean lives(String owner) {
    CrashPoints process = owners.get(owner);
    return process != null && !process.dead() && !asleep.contains(process);
  }

  /** The process that drives the run is stopped, so that another one may take its runs over. */
  void freeze() {
    asleep.add(requireNonNull(holders.get(RUN), "nobody drives the run"));
  }

  /** Whether nobody has taken the run over since this process claimed it. */
  boolean isHeldBy(CrashPoints process, String run) {
    return process.equals(holders.get(run));
  }

  /** The entries of all runs that a process holds. */
  Map<String, List<JournalEntry>> held(CrashPoints process) {
    var held = new TreeMap<String, List<JournalEntry>>();
    holders.forEach(
        (run, holder) -> {
          if (holder.equals(process)) {
            held.put(run, entries(run));
          }
        });
    return held;
  }

  /** The ids of a run and of all runs beneath it that have begun. */
  List<String> tree(String root) {
    return journal.list(Integer.MAX_VALUE).stream()
        .map(Journal.RunSummary::runId)
        .filter(run -> ChildIds.parent(run).orElse(run).equals(root))
        .sorted()
        .toList();
  }

  List<JournalEntry> entries(String run) {
    return journal.read(run).stream().map(Recorded::entry).toList();
  }

  List<JournalEntry> entries() {
    return journal.list(1).isEmpty() ? List.of() : entries(RUN);
  }

  synchronized void require(boolean kept, String complaint) {
    if (!kept) {
      broken.add(complaint);
    }
  }

  synchronized List<String> broken() {
    return List.copyOf(broken);
  }

  /** Checks that the run's journal is what was acknowledged, and obeys its laws. */
  void checkJournal(String run) {
    List<JournalEntry> entries = entries(run);
    List<JournalEntry> expected = acknowledged.getOrDefault(run, List.of());
    require(
        entries.equals(expected),
        "the journal of " + run + " is not what was acknowledged: " + entries + " / " + expected);
    JournalLaws.broken(entries).forEach(law -> require(false, run + ": " + law));
    List<Recorded> recorded = journal.read(run);
    for (int i = 0; i < recorded.size(); i++) {
      require(recorded.get(i).seq() == i + 1, run + ": entry " + (i + 1) + " has another number");
    }
  }

  /** Passes entries through their written form, and remembers what was acknowledged. */
  private final class Watched extends ForwardingJournal {
    private final CrashPoints process;

    Watched(CrashPoints process) {
      super(journal);
      this.process = process;
    }

    @Override
    public JournalWriter create(String runId, String owner) {
      JournalWriter writer = super.create(runId, owner);
      owners.put(owner, process);
      holders.put(runId, process);
      return writer;
    }

    @Override
    public JournalWriter claim(String runId, String owner) {
      JournalWriter writer = super.claim(runId, owner);
      owners.put(owner, process);
      holders.put(runId, process);
      return writer;
    }

    @Override
    protected JournalWriter around(JournalWriter writer) {
      return new WatchedWriter(writer);
    }

    /** The journal outlives the process. */
    @Override
    public void close() {}
  }

  private final class WatchedWriter extends ForwardingJournal.Writer {
    WatchedWriter(JournalWriter writer) {
      super(writer);
    }

    @Override
    public long append(List<JournalEntry> entries) {
      List<JournalEntry> read =
          entries.stream().map(entry -> EntryCodec.decode(EntryCodec.encode(entry))).toList();
      require(read.equals(entries), "an entry changes when it is written: " + entries);
      long seq = super.append(read);
      List<JournalEntry> all = acknowledged.computeIfAbsent(runId(), run -> new ArrayList<>());
      all.addAll(entries);
      require(seq == all.size(), "append says " + seq + ", entries " + all.size());
      return seq;
    }
  }
}
