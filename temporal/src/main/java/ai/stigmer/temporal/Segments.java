package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.temporal.RunOutcome.Kind;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;

/**
 * Drives segments in this process.
 *
 * <p>Thread contract: thread-safe; each segment blocks its caller.
 */
final class Segments implements SegmentActivities {
  /** How often another worker may try what this one lacks: a key, a folder, a sandbox. */
  private static final int MOST_TRIES = 10;

  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

  private final ExecutionDriver driver;
  private final Journal journal;
  private final ChildWorkflows children;
  private final BiConsumer<String, Problem> troubles;
  private final Set<CancelToken> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /**
   * @param troubles is told of what keeps a run from being driven here, with the run's id
   */
  Segments(
      ExecutionDriver driver,
      Journal journal,
      ChildWorkflows children,
      BiConsumer<String, Problem> troubles) {
    this.driver = requireNonNull(driver, "driver is null");
    this.journal = requireNonNull(journal, "journal is null");
    this.children = requireNonNull(children, "children is null");
    this.troubles = requireNonNull(troubles, "troubles is null");
  }

  /** Lets every segment end before its next step, and those to come at once. */
  void drain() {
    draining = true;
    underWay.forEach(CancelToken::askToYield);
  }

  @Override
  public RunOutcome drive(SegmentInput input) {
    ActivityExecutionContext activity = Activity.getExecutionContext();
    int attempt = activity.getInfo().getAttempt();
    CancelToken token = new CancelToken();
    underWay.add(token);
    if (draining) {
      token.askToYield();
    }
    if (input.cancelled()) {
      token.cancel();
    }
    var handsOver = new AtomicBoolean();
    try (Heart heart = Heart.beating(activity, token)) {
      RunResult result =
          driver.drive(
              input.runId(),
              Duration.ofMillis(input.atMostMillis()),
              token,
              heart::saw,
              () -> {
                handsOver.set(true);
                return children.of(activity.getInfo(), input);
              });
      if (result.end() instanceof RunEnd.Failed(Problem problem, String _)
          && problem.category() == Category.STORE) {
        throw problem.asException();
      }
      if (token.isAbandoned()) {
        throw over(input.runId(), attempt);
      }
      RunOutcome outcome = RunOutcome.of(result);
      if (handsOver.get() && outcome.isEnd()) {
        children.ended(input.runId(), outcome.kind());
      }
      return outcome;
    } catch (ApplicationFailure e) {
      throw e;
    } catch (ProblemException e) {
      return givenUp(input.runId(), e.problem(), attempt);
    } catch (RuntimeException e) {
      return givenUp(input.runId(), bug(e), attempt);
    } finally {
      underWay.remove(token);
    }
  }

  /** Maybe the workflow is, as somebody has ended it: the run above has to look then. */
  private ApplicationFailure over(String runId, int attempt) {
    try {
      children.tellAbove(runId);
    } catch (ProblemException e) {
      // It looks by itself, though later.
    }
    return failure("E505", "this attempt is over", attempt);
  }

  private static Problem bug(RuntimeException e) {
    return Problem.of(
            "E901", Category.INTERNAL, "a bug stopped this drive: " + e.getClass().getName())
        .from(String.valueOf(e.getMessage()))
        .help("the journal is whole: stigmer resume ID; please report this");
  }

  @Override
  public boolean isDecided(String runId, String approval) {
    if (RunOutcome.isOfChild(approval)) {
      return children.isOver(approval)
          || children.hasEndedAbove(runId)
          || new SteeringDesk(journal).isCancelAsked(ChildIds.root(runId));
    }
    return new ApprovalDesk(journal).find(approval).standing() != Standing.OPEN
        || children.hasEndedAbove(runId);
  }

  /** What no worker can change ends the workflow, and not the run. */
  private RunOutcome givenUp(String runId, Problem problem, int attempt) {
    troubles.accept(runId, problem);
    if (isHopeless(problem, attempt)) {
      children.tellAboveOnceOver(runId);
      return new RunOutcome(Kind.FAILED, problem.code(), 0);
    }
    throw failure(problem.code(), problem.category().name(), attempt);
  }

  /**
   * A store or a Temporal that is away comes back, and a run that is held is given back; what this
   * machine lacks another one may have. Damage stays until somebody mends it.
   */
  static boolean isHopeless(Problem problem, int attempt) {
    return switch (problem.code()) {
      case "E501", "E503", "E507", "E512" -> true;
      case "E590" -> false;
      // A machine whose folder is as the run left it needs nothing of the store.
      case "E527" -> attempt >= MOST_TRIES;
      default -> problem.category() != Category.STORE && attempt >= MOST_TRIES;
    };
  }

  /** A failure for the history, which keeps no words of ours: they may hold what is not for it. */
  private static ApplicationFailure failure(String code, String what, int attempt) {
    long millis = Math.min(LONGEST_DELAY.toMillis(), 500L << Math.min(attempt, 10));
    return ApplicationFailure.newBuilder()
        .setMessage(code + " " + what)
        .setType(code)
        .setNextRetryDelay(Duration.ofMillis(millis))
        .build();
  }
}
