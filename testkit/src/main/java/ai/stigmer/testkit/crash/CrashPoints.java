package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.intercept.ModelInterceptor;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * The places of one process of a run at which it can die, by name, and the one at which it does.
 * From its death on nothing of that process works: it writes nothing, and starts no tool.
 *
 * <p>The names are {@code KIND.before-append} and {@code KIND.after-append} for the journal, where
 * KIND is {@code start}, {@code turn}, {@code intent}, {@code outcome}, {@code resume}, {@code
 * switch}, {@code message}, {@code fork}, {@code compaction}, {@code failed-compaction}, {@code
 * kept-result} or {@code end}; {@code model.before-call} and {@code model.after-answer}; {@code
 * tool.before-effect} and {@code tool.after-effect}.
 *
 * <p>Thread contract: thread-safe.
 */
public final class CrashPoints {
  private final BiPredicate<String, Integer> fatal;
  private final List<String> reached = new ArrayList<>();
  private Runnable afterDeath = () -> {};
  private boolean dead;

  private CrashPoints(BiPredicate<String, Integer> fatal) {
    this.fatal = fatal;
  }

  /** A process that lives, and notes what it passes. */
  public static CrashPoints none() {
    return new CrashPoints((name, nth) -> false);
  }

  /** A process that dies at the {@code nth} point that it reaches, from 1. */
  public static CrashPoints at(int nth) {
    return new CrashPoints((name, count) -> count == nth);
  }

  /**
   * A process that dies where the test says.
   *
   * @param fatal is given a point's name, and how many points were reached, this one included; it
   *     may do anything that happens at this moment, for example let another process take over
   */
  public static CrashPoints where(BiPredicate<String, Integer> fatal) {
    return new CrashPoints(fatal);
  }

  /** This runner in a process with these points, over the journal. */
  public Graphton in(Graphton runner, Journal journal) {
    return runner.journal(around(journal)).aroundModel(model()).aroundTools(tools());
  }

  /** The journal as this process writes it. */
  public Journal around(Journal journal) {
    return new CrashingJournal(journal, this);
  }

  /** Points around each call of the model. */
  public ModelInterceptor model() {
    return (request, next) -> {
      hit("model.before-call");
      var result = next.apply(request);
      hit("model.after-answer");
      return result;
    };
  }

  /** Points around each tool body. */
  public ToolInterceptor tools() {
    return (tool, arguments, context, next) -> {
      hit("tool.before-effect");
      var result = next.run(arguments);
      hit("tool.after-effect");
      return result;
    };
  }

  /** The points that were reached, in order; the last one is where the process died, if it did. */
  public synchronized List<String> reached() {
    return List.copyOf(reached);
  }

  /** Whether the process has died. */
  public synchronized boolean dead() {
    return dead;
  }

  /**
   * The process passes a point.
   *
   * @throws Died when it dies here, or is dead
   */
  public void hit(String name) {
    int nth;
    synchronized (this) {
      checkAlive();
      reached.add(name);
      nth = reached.size();
    }
    if (fatal.test(name, nth)) {
      die().run();
    }
    checkAlive();
  }

  /** Does this when the process has died, on the thread that it died on. */
  synchronized void afterDeath(Runnable action) {
    afterDeath = action;
  }

  private synchronized Runnable die() {
    dead = true;
    return afterDeath;
  }

  synchronized void checkAlive() {
    if (dead) {
      throw new Died(reached.getLast());
    }
  }
}
