package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.tool.EffectClass;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Kills a run of your agent at every point where its process can die, goes on with it each time,
 * and checks the promises: nothing acknowledged is lost, no unsafe call is started twice, and the
 * run ends as the undisturbed one.
 *
 * <pre>{@code
 * EveryCrashPoint.check(() -> new OrderAgentTrial());
 * }</pre>
 *
 * <p>Thread contract: the caller's thread does everything but the bodies of parallel reads.
 */
public final class EveryCrashPoint {
  private static final String RUN = "run";

  /** An agent in a world of its own; made anew for each point. */
  public interface Trial {
    Agent agent();

    /** The model; a scripted one, so that each run is asked the same. */
    ChatModel model();

    /** What the user says. */
    String message();

    /** What the run has done to its world, compared by {@code equals}; for example its files. */
    Object world();
  }

  /**
   * What was tried.
   *
   * @param points how often the process died, by name of the point
   * @param unknown how many calls ended as unknown in all of these runs
   */
  public record Report(Map<String, Integer> points, int unknown) {
    public Report {
      points = Map.copyOf(points);
    }

    /** How many deaths there were. */
    public int deaths() {
      return points.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private final Supplier<? extends Trial> trials;
  private final Supplier<? extends Journal> journals;
  private final Map<String, Integer> deaths = new TreeMap<>();
  private int unknown;

  private EveryCrashPoint(Supplier<? extends Trial> trials, Supplier<? extends Journal> journals) {
    this.trials = trials;
    this.journals = journals;
  }

  /**
   * Tries every point.
   *
   * @throws AssertionError naming the point at which a promise was broken
   */
  public static Report check(Supplier<? extends Trial> trials) {
    return check(trials, () -> new InMemoryJournal(InstantSource.system(), owner -> false));
  }

  /**
   * The same over other journals.
   *
   * @param journals gives an empty journal in which whoever claims a run gets it; the one before is
   *     not used any more
   * @throws AssertionError as {@link #check(Supplier)}
   */
  public static Report check(
      Supplier<? extends Trial> trials, Supplier<? extends Journal> journals) {
    return new EveryCrashPoint(trials, journals).check();
  }

  private Report check() {
    var undisturbed = new Life(trials.get());
    CrashPoints all = CrashPoints.none();
    RunEnd end = undisturbed.start(all).end();
    require(end instanceof RunEnd.Completed, "undisturbed", "the run does not complete: " + end);
    for (int nth = 1; nth <= all.reached().size(); nth++) {
      dieAt(nth, undisturbed, end);
    }
    return new Report(deaths, unknown);
  }

  private void dieAt(int nth, Life undisturbed, RunEnd end) {
    var life = new Life(trials.get());
    CrashPoints points = CrashPoints.at(nth);
    try {
      life.start(points);
      throw new AssertionError("point " + nth + " was not reached again; is the model scripted?");
    } catch (Died e) {
      String where = "point " + nth + ", " + e.getMessage();
      deaths.merge(points.reached().getLast(), 1, Integer::sum);
      life.judge(where, undisturbed, end);
    }
  }

  private static void require(boolean kept, String where, String broken) {
    if (!kept) {
      throw new AssertionError(where + ": " + broken);
    }
  }

  /** One run, its deaths included, and the world that outlives it. */
  private final class Life {
    private final Trial trial;
    private final Journal journal = journals.get();
    private final Map<String, Integer> starts = new ConcurrentHashMap<>();

    Life(Trial trial) {
      this.trial = trial;
    }

    RunResult start(CrashPoints points) {
      return runner(points).run(trial.agent(), trial.message(), RUN);
    }

    void judge(String where, Life undisturbed, RunEnd end) {
      List<JournalEntry> before = entries();
      if (before.isEmpty()) {
        require(starts.isEmpty(), where, "a tool ran before anything was recorded");
        return;
      }
      RunEnd reached = resumed(where);
      List<JournalEntry> after = entries();
      require(
          after.size() >= before.size() && after.subList(0, before.size()).equals(before),
          where,
          "an entry that was acknowledged is gone");
      List<String> broken = JournalLaws.broken(after);
      require(broken.isEmpty(), where, "the journal breaks its laws: " + broken);
      starts.forEach(
          (call, times) -> require(times == 1, where, call + " was started " + times + " times"));
      long lost = after.stream().filter(EveryCrashPoint::isUnknown).count();
      unknown += (int) lost;
      require(lost <= 1, where, lost + " calls are unknown after one death");
      if (lost == 0) {
        require(reached.equals(end), where, "it ends with " + reached + ", not with " + end);
        require(
            trial.world().equals(undisturbed.trial.world()),
            where,
            "the world is " + trial.world() + ", not " + undisturbed.trial.world());
        require(
            summaries(after) == summaries(undisturbed.entries()),
            where,
            summaries(after) + " summaries are recorded, not " + summaries(undisturbed.entries()));
      }
    }

    private RunEnd resumed(String where) {
      try {
        return runner(CrashPoints.none()).resume(trial.agent(), RUN).end();
      } catch (ProblemException e) {
        throw new AssertionError(where + ": the run cannot go on: " + e.getMessage(), e);
      }
    }

    private Graphton runner(CrashPoints points) {
      return points.in(Graphton.with(trial.model()), journal).aroundTools(counting());
    }

    private ToolInterceptor counting() {
      return (tool, arguments, context, next) -> {
        if (tool.effect() == EffectClass.UNSAFE) {
          starts.merge(context.idempotencyKey(), 1, Integer::sum);
        }
        return next.run(arguments);
      };
    }

    private List<JournalEntry> entries() {
      return journal.list(1).isEmpty()
          ? List.of()
          : new ArrayList<>(journal.read(RUN).stream().map(Recorded::entry).toList());
    }
  }

  private static long summaries(List<JournalEntry> entries) {
    return entries.stream()
        .filter(
            entry ->
                entry instanceof JournalEntry.Compacted
                    || entry instanceof JournalEntry.CompactionFailed)
        .count();
  }

  private static boolean isUnknown(JournalEntry entry) {
    return entry instanceof JournalEntry.ToolOutcome(var call, var result, _)
        && result.status() == ToolResult.Status.UNKNOWN;
  }
}
