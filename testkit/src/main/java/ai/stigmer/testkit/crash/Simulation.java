package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.crash.SimulatedPlay.Kind;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/*
 * A process that slept while another one took its run over may still carry out the one call that it had announced. For
 * a call whose tool can settle it, the other process has then found out that nothing happened and has done it itself.
 * No journal can prevent that; so a schedule lets nobody fall asleep between the intent and the effect of such a call.
 */
/**
 * Whole runs of random agents, with crashes, sleepers and intruders at random places, drawn from a
 * seed: the same seed is the same story on any machine. The clock is virtual, so waits cost
 * nothing.
 *
 * <p>Thread contract: each call is independent of all others.
 */
public final class Simulation {
  private static final int MOST_DRIVES = 80;
  private static final int MOST_DISTURBED = 7;

  /** Opens the journal of one simulated world. */
  @FunctionalInterface
  public interface Journals {
    /** Journals in memory. */
    Journals IN_MEMORY = InMemoryJournal::new;

    /**
     * An empty journal.
     *
     * @param alive whether the owner of that name, who has not given a run back, still lives
     */
    Journal open(InstantSource clock, Predicate<String> alive);
  }

  /**
   * What happened under a seed.
   *
   * @param crashes how many processes died
   * @param takeovers how many processes slept until another one had taken over
   * @param intruders how many were refused because the owner lived
   * @param entries how many entries the journal has
   * @param unknown how many calls ended as unknown
   * @param summaries how many summaries took the place of messages
   * @param fingerprint the same for the same story
   */
  public record Story(
      long seed,
      int crashes,
      int takeovers,
      int intruders,
      int entries,
      int unknown,
      int summaries,
      int fingerprint) {}

  private final long seed;
  private final SplittableRandom random;
  private final SimulatedPlay play;
  private final SimulatedWorld world;
  private int crashes;
  private int takeovers;
  private int intruders;
  private List<JournalEntry> leftByTheOther = List.of();

  private Simulation(long seed, Journals journals) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.play = SimulatedPlay.draw(random);
    this.world = new SimulatedWorld(play, journals);
  }

  /**
   * Plays the story of a seed over journals in memory.
   *
   * @throws AssertionError naming the seed and every broken promise
   */
  public static Story play(long seed) {
    return play(seed, Journals.IN_MEMORY);
  }

  /** The same over other journals. */
  public static Story play(long seed, Journals journals) {
    var simulation = new Simulation(seed, journals);
    try {
      return simulation.play();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ": " + e, e);
    } finally {
      simulation.world.journal.close();
    }
  }

  private Story play() {
    drive();
    if (!world.entries().isEmpty()) {
      judge();
      if (random.nextInt(4) == 0) {
        forkTwice();
        forkWithinACall();
      }
      replay();
      world.checkJournal(SimulatedWorld.RUN);
    }
    if (!world.broken().isEmpty()) {
      throw new AssertionError(String.join("\n", world.broken().stream().distinct().toList()));
    }
    List<JournalEntry> entries = world.entries();
    return new Story(
        seed,
        crashes,
        takeovers,
        intruders,
        entries.size(),
        SimulatedVerdict.unknown(entries),
        (int) entries.stream().filter(JournalEntry.Compacted.class::isInstance).count(),
        List.of(entries, new java.util.TreeMap<>(world.effects)).toString().hashCode());
  }

  private void drive() {
    for (int drive = 0; drive < MOST_DRIVES; drive++) {
      boolean fresh = drive == 0;
      boolean disturbed = drive < MOST_DISTURBED && random.nextInt(10) < 7;
      drive(fresh, disturbed ? 1 + random.nextInt(fresh ? 30 : 12) : 0);
      if (world.entries().isEmpty()) {
        world.require(world.started.isEmpty(), "a tool ran before anything was recorded");
        return;
      }
      if (SimulatedVerdict.finalEnd(world.entries()) != null) {
        return;
      }
    }
    world.require(false, "the run does not come to an end");
  }

  /** One process; something happens at its n-th point, unless that is 0. */
  private void drive(boolean fresh, int nth) {
    int dice = random.nextInt(10);
    var process = new SimulatedProcess[1];
    boolean[] pending = {nth > 0};
    leftByTheOther = List.of();
    process[0] =
        new SimulatedProcess(
            world,
            SimulatedWorld.RUN,
            random.split(),
            (name, count) -> {
              if (!pending[0] || count < nth || (dice < 2 && !canSleep(name))) {
                return false;
              }
              pending[0] = false;
              return happens(dice, process[0]);
            });
    try {
      RunResult result = fresh ? process[0].start() : process[0].resume();
      checkSleeper(result);
    } catch (Died e) {
      crashes++;
    } catch (ProblemException e) {
      world.require(
          e.problem().code().equals("E505") && !leftByTheOther.isEmpty(),
          "a process could not go on: " + e.problem());
    }
  }

  /** What happens at the chosen point; true when the process dies there. */
  private boolean happens(int dice, SimulatedProcess process) {
    return switch (dice) {
      case 0, 1 -> {
        takeOver();
        yield false;
      }
      case 2 -> {
        intrude();
        yield false;
      }
      case 3 -> {
        process.cancel();
        yield false;
      }
      default -> true;
    };
  }

  /** Whether a process can fall asleep here with nothing done twice. */
  private boolean canSleep(String name) {
    List<JournalEntry> entries = world.entries();
    // Whoever goes on from an end has chosen to, and may come to another one.
    if (entries.isEmpty() || SimulatedVerdict.finalEnd(entries) != null) {
      return false;
    }
    boolean announced = name.equals("intent.after-append") || name.equals("tool.before-effect");
    return !announced || !isSettledCallOpen(entries);
  }

  private static boolean isSettledCallOpen(List<JournalEntry> entries) {
    boolean open = false;
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.ToolIntent intent) {
        open = intent.call().name().equals(Kind.SETTLED.tool());
      } else if (entry instanceof JournalEntry.ToolOutcome) {
        open = false;
      }
    }
    return open;
  }

  private void takeOver() {
    takeovers++;
    world.freeze();
    int nth = random.nextInt(3) == 0 ? 1 + random.nextInt(10) : 0;
    var other =
        new SimulatedProcess(
            world, SimulatedWorld.RUN, random.split(), (name, count) -> count == nth);
    try {
      other.resume();
    } catch (Died e) {
      crashes++;
    }
    leftByTheOther = world.entries();
  }

  private void intrude() {
    intruders++;
    try (var writer = world.journal.claim(SimulatedWorld.RUN, "intruder")) {
      world.require(false, "a run was taken from an owner that lives: epoch " + writer.epoch());
    } catch (ProblemException e) {
      world.require(e.problem().code().equals("E502"), "an intruder is told: " + e.problem());
    }
  }

  private void checkSleeper(RunResult result) {
    if (!leftByTheOther.isEmpty()) {
      world.require(
          world.entries().equals(leftByTheOther), "a process that slept wrote when it woke");
      boolean told =
          result.end() instanceof RunEnd.Failed failed && failed.problem().code().equals("E505");
      boolean overBefore = leftByTheOther.contains(new RunFinished(result.end()));
      world.require(told || overBefore, "a process that slept was not told: " + result.end());
    }
  }

  private void judge() {
    var undisturbed = new Simulation(seed, Journals.IN_MEMORY);
    for (int drive = 0;
        drive < MOST_DRIVES && SimulatedVerdict.finalEnd(undisturbed.world.entries()) == null;
        drive++) {
      undisturbed.drive(drive == 0, 0);
    }
    world.require(undisturbed.world.broken().isEmpty(), undisturbed.world.broken().toString());
    new SimulatedVerdict(undisturbed.world, world, crashes + takeovers).check();
  }

  /** Two forks at the same place are the same run, and the run that they come from is as it was. */
  private void forkTwice() {
    List<Recorded> entries = world.journal.read(SimulatedWorld.RUN);
    List<Long> valid = Checkpoints.valid(entries);
    long at = valid.get(random.nextInt(valid.size()));
    Optional<String> message = random.nextBoolean() ? Optional.of("go on") : Optional.empty();
    long order = random.nextLong();
    var journals = new ArrayList<List<JournalEntry>>();
    for (String run : List.of("f1", "f2")) {
      new SimulatedProcess(world, run, new SplittableRandom(order), (name, count) -> false)
          .fork(new Fork(SimulatedWorld.RUN, at, run, message));
      world.checkJournal(run);
      journals.add(world.entries(run));
    }
    world.require(
        journals.getFirst().equals(journals.getLast()),
        "two forks at " + at + " differ: " + journals);
    world.require(
        journals.getFirst().subList(0, (int) at).equals(world.entries().subList(0, (int) at)),
        "a fork at " + at + " does not begin as the run did");
    world.require(
        journals.getFirst().get((int) at).equals(new JournalEntry.RunForked("r", at)),
        "a fork does not say where it comes from");
    world.require(
        world.journal.read(SimulatedWorld.RUN).equals(entries), "a fork changed the run it is of");
  }

  /** Where a call is open no run can be cut. */
  private void forkWithinACall() {
    List<Recorded> entries = world.journal.read(SimulatedWorld.RUN);
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof JournalEntry.ToolIntent) {
        var fork = new Fork(SimulatedWorld.RUN, recorded.seq(), "f3", Optional.empty());
        try {
          new SimulatedProcess(world, "f3", random.split(), (name, count) -> false).fork(fork);
          world.require(false, "forked within a call, at " + recorded.seq());
        } catch (ProblemException e) {
          world.require(e.problem().code().equals("E540"), "a fork is told: " + e.problem());
        }
        return;
      }
    }
  }

  private void replay() {
    var laws = new EventLaws();
    List<Recorded> entries = world.journal.read(SimulatedWorld.RUN);
    RunResult told = Replay.of(SimulatedWorld.RUN, entries, laws);
    laws.assertLaws();
    world.require(
        told.end().equals(SimulatedVerdict.finalEnd(world.entries())),
        "a replay ends otherwise: " + told.end());
  }
}
