package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.crash.SimulatedDeciders.Present;
import ai.stigmer.testkit.crash.SimulatedPlay.Kind;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/*
 * A process that slept while another one took its run over may still carry out the one call that it had announced. For
 * a call whose tool can settle it, or about which somebody is asked, the other process has then found out that nothing
 * happened and has done it itself. No journal can prevent that; so a schedule lets nobody fall asleep between the
 * intent and the effect of such a call. Nor can it know what a sleeper spends that still holds a sub-agent's run; so
 * nobody sleeps whose sub-agents have a budget.
 */
/**
 * Whole runs of random agents and their sub-agents, with crashes, sleepers and intruders at random
 * places and decisions about their calls at random times, drawn from a seed: the same seed is the
 * same story on any machine. The clock is virtual, so waits cost nothing.
 *
 * <p>Thread contract: each call is independent of all others.
 */
public final class Simulation {
  private static final int MOST_DRIVES = 80;
  private static final int MOST_DISTURBED = 7;
  private static final List<Present> PRESENT = List.of(Present.values());
  private static final List<String> CANCEL_AT =
      List.of("start.", "resume.", "model.", "turn.", "tool.", "child-");

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
   * @param decisions how many decisions somebody else took were used
   * @param late how many came too late and were refused
   * @param children how many sub-agents began
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
      int decisions,
      int late,
      int children,
      int fingerprint) {}

  private final long seed;
  private final SplittableRandom random;
  private final SimulatedPlay play;
  private final SimulatedWorld world;
  private final SimulatedDeciders deciders;
  private int drives;
  private int crashes;
  private int takeovers;
  private int intruders;
  private Map<String, List<JournalEntry>> leftByTheOther = Map.of();

  private Simulation(long seed, Journals journals) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.play = SimulatedPlay.draw(random);
    this.world = new SimulatedWorld(play, journals);
    this.deciders = new SimulatedDeciders(world, random.split());
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
        var forks = new SimulatedForks(world, deciders.approver(Present.SOMEBODY), random.split());
        forks.forkTwice();
        forks.forkWithinACall();
      }
      replay();
      world.tree(SimulatedWorld.RUN).forEach(world::checkJournal);
    }
    if (!world.broken().isEmpty()) {
      throw new AssertionError(String.join("\n", world.broken().stream().distinct().toList()));
    }
    return story();
  }

  private Story story() {
    List<JournalEntry> all = new ArrayList<>();
    world.tree(SimulatedWorld.RUN).forEach(run -> all.addAll(world.entries(run)));
    return new Story(
        seed,
        crashes,
        takeovers,
        intruders,
        all.size(),
        SimulatedVerdict.unknown(all),
        count(all, JournalEntry.Compacted.class),
        count(all, JournalEntry.ApprovalDecided.class),
        deciders.late(),
        count(all, JournalEntry.ChildStarted.class),
        List.of(all, new TreeMap<>(world.effects)).toString().hashCode());
  }

  private static int count(List<JournalEntry> entries, Class<? extends JournalEntry> kind) {
    return (int) entries.stream().filter(kind::isInstance).count();
  }

  private void drive() {
    for (int drive = 0; drive < MOST_DRIVES; drive++) {
      boolean fresh = drive == 0;
      boolean disturbed = drive < MOST_DISTURBED && random.nextInt(10) < 7;
      drive(fresh, disturbed ? 1 + random.nextInt(most(fresh)) : 0);
      if (world.entries().isEmpty()) {
        world.require(world.started.isEmpty(), "a tool ran before anything was recorded");
        return;
      }
      if (SimulatedVerdict.finalEnd(world.entries()) != null || !world.broken().isEmpty()) {
        return;
      }
      if (drive >= MOST_DISTURBED || random.nextBoolean()) {
        deciders.decideAll(SimulatedWorld.RUN);
      }
    }
    world.require(false, "the run does not come to an end");
  }

  /** The last point at which something happens in a process: those of sub-agents come late. */
  private int most(boolean fresh) {
    return (fresh ? 30 : 12) * (play.delegates() ? 3 : 1);
  }

  /** One process; something happens at its n-th point, unless that is 0. */
  private void drive(boolean fresh, int nth) {
    int dice = random.nextInt(12);
    var process = new SimulatedProcess[1];
    boolean[] pending = {nth > 0};
    leftByTheOther = Map.of();
    process[0] =
        process(
            (name, count) -> {
              if (!pending[0] || count < nth || (dice < 2 && !canSleep(name))) {
                return false;
              }
              pending[0] = false;
              return happens(dice, name, process[0]);
            });
    try {
      RunResult result = fresh ? process[0].start() : process[0].resume();
      checkSleeper(process[0], result);
    } catch (Died e) {
      crashes++;
    } catch (ProblemException e) {
      world.require(
          e.problem().code().equals("E505") && !leftByTheOther.isEmpty(),
          "a process could not go on: " + e.problem());
    }
  }

  private SimulatedProcess process(BiPredicate<String, Integer> fatal) {
    return new SimulatedProcess(
        world,
        SimulatedWorld.RUN,
        "process " + ++drives,
        random.split(),
        deciders.approver(PRESENT.get(random.nextInt(PRESENT.size()))),
        fatal);
  }

  /** What happens at the chosen point; true when the process dies there. */
  private boolean happens(int dice, String name, SimulatedProcess process) {
    return switch (dice) {
      case 0, 1 -> {
        process.sleep();
        takeOver();
        process.wake();
        yield false;
      }
      case 2 -> {
        intrude();
        yield false;
      }
      case 3 -> {
        if (canCancel(name)) {
          process.cancel();
        }
        yield false;
      }
      case 4 -> {
        if (!world.entries().isEmpty()) {
          deciders.decideAll(SimulatedWorld.RUN);
        }
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
    if (play.delegates()) {
      return !play.isLimited()
          && world.tree(SimulatedWorld.RUN).stream()
              .noneMatch(run -> isSettledCallOpen(world.entries(run)));
    }
    boolean announced = name.equals("intent.after-append") || name.equals("tool.before-effect");
    return !announced || !isSettledCallOpen(entries);
  }

  /** Between its calls some tasks of a turn would be shown and never begun: no order would hold. */
  private boolean canCancel(String name) {
    return !play.delegates() || CANCEL_AT.stream().anyMatch(name::startsWith);
  }

  private boolean isSettledCallOpen(List<JournalEntry> entries) {
    boolean open = false;
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.ToolIntent intent) {
        String tool = intent.call().name();
        boolean asked = tool.equals(Kind.UNSAFE.tool()) || tool.equals(Kind.ASKED.tool());
        open = tool.equals(Kind.SETTLED.tool()) || (asked && play.asksUnknown());
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
    SimulatedProcess other = process((name, count) -> count == nth);
    try {
      other.resume();
    } catch (Died e) {
      crashes++;
    }
    leftByTheOther = other.held();
  }

  private void intrude() {
    intruders++;
    try (var writer = world.journal.claim(SimulatedWorld.RUN, "intruder")) {
      world.require(false, "a run was taken from an owner that lives: epoch " + writer.epoch());
    } catch (ProblemException e) {
      world.require(e.problem().code().equals("E502"), "an intruder is told: " + e.problem());
    }
  }

  private void checkSleeper(SimulatedProcess process, RunResult result) {
    if (leftByTheOther.isEmpty()) {
      return;
    }
    leftByTheOther.forEach(
        (run, left) ->
            world.require(
                world.entries(run).equals(left) || tookUp(process, run),
                "a process that slept wrote into " + run + " when it woke"));
    boolean told =
        result.end() instanceof RunEnd.Failed failed && failed.problem().code().equals("E505");
    boolean overBefore = world.entries().contains(new RunFinished(result.end()));
    boolean waits = result.end() instanceof RunEnd.Waiting;
    world.require(
        told || overBefore || waits, "a process that slept was not told: " + result.end());
  }

  /** A sub-agent that nobody drives any more may be claimed by whoever has its task at hand. */
  private static boolean tookUp(SimulatedProcess process, String run) {
    return !run.equals(SimulatedWorld.RUN) && process.owns(run);
  }

  private void judge() {
    var undisturbed = new Simulation(seed, Journals.IN_MEMORY);
    for (int drive = 0;
        drive < MOST_DRIVES && SimulatedVerdict.finalEnd(undisturbed.world.entries()) == null;
        drive++) {
      undisturbed.drive(drive == 0, 0);
      undisturbed.deciders.decideAll(SimulatedWorld.RUN);
    }
    world.require(undisturbed.world.broken().isEmpty(), undisturbed.world.broken().toString());
    new SimulatedVerdict(undisturbed.world, world, crashes + takeovers).check();
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
