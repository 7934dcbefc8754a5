package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.TemporalConfig;
import ai.stigmer.config.WhenAbsent;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.loop.Permission;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.subagent.Handover;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Drives a begun run as far as it goes: claims it, folds its journal, and serves step after step
 * until it ends, waits for somebody, or is to yield. Every engine does exactly this.
 *
 * <p>Thread contract: thread-safe; each drive blocks its caller.
 */
public final class ExecutionDriver {
  private final Runner runner;
  private final ConfigInput configuration;
  private final Map<String, String> env;

  /**
   * @param configuration of this machine; keys, denials, hooks and who is asked come from it
   * @param env the environment that commands get a few variables of
   */
  public ExecutionDriver(Runner runner, ConfigInput configuration, Map<String, String> env) {
    this.runner = requireNonNull(runner, "runner is null");
    this.configuration = requireNonNull(configuration, "configuration is null");
    this.env = Map.copyOf(env);
  }

  /**
   * Drives a run on. One that has ended stays as it is unless somebody asked for more, see {@link
   * ai.stigmer.graphton.Graphton#goOn}: who is told to drive may be told late, or twice.
   *
   * @param atMost the time from its first step on after which it yields between two steps; what is
   *     under way is let finish
   * @param token ends the run, or makes it yield sooner
   * @return how it ended; one that waits or has yielded has not ended
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot go on here: no such run, its
   *     key, workspace or sandbox is not here, or somebody else drives it
   */
  public RunResult drive(
      String runId, Duration atMost, CancelToken token, Consumer<AgentEvent> listener) {
    return drive(runId, atMost, token, listener, () -> Handover.NONE);
  }

  /**
   * The same where the runs of sub-agents can be driven by others; they are if the run was begun
   * so. A sub-agent's run can be driven here, too, with what the run at the top was begun with.
   *
   * @param handover gives who has them driven; not asked for by a run that was not begun so, or
   *     whose workspace is kept in a store, as its folder is here
   */
  public RunResult drive(
      String runId,
      Duration atMost,
      CancelToken token,
      Consumer<AgentEvent> listener,
      Supplier<Handover> handover) {
    RunEnvironment journaled = runner.environment(ChildIds.root(runId));
    RecordedRun run = RecordedRun.of(journaled, configuration);
    RunEnvironment environment =
        run.environment()
            .with(
                new CommandSandbox(journaled.workspace(), env)
                    .again(journaled.execution())
                    .execution());
    Permission permission =
        new Permission(
            RulePolicy.of(environment),
            approver(run.anew().whenAbsent()),
            UnknownEffects.valueOf(run.anew().unknownEffects().name()));
    var over = new CountDownLatch(1);
    var begun = new AtomicBoolean();
    // The time counts from the first step on: a drive that yields before it would never get on.
    Consumer<AgentEvent> timed =
        event -> {
          if (!(told(event) instanceof AgentEvent.RunStarted) && begun.compareAndSet(false, true)) {
            Thread.ofVirtual().name("yield-" + runId).start(() -> yieldAfter(over, atMost, token));
          }
          listener.accept(event);
        };
    try {
      return runner.goOn(
          runId,
          environment,
          new RunControl(timed, permission, token, RunHooks.of(run.anew()))
              .handingOver(handsOver(journaled) ? handover.get() : Handover.NONE));
    } finally {
      over.countDown();
    }
  }

  /** Whether a run was begun with workflows of their own for its sub-agents, and can have them. */
  private boolean handsOver(RunEnvironment journaled) {
    return runner.workspaces().isEmpty()
        && RecordedSettings.find(journaled.configuration(), TemporalConfig.SUB_AGENT_WORKFLOWS)
            .filter(setting -> TemporalConfig.isOn(setting.path("value").asText()))
            .isPresent();
  }

  /** What a sub-agent does that is driven by itself is told as by its parent. */
  private static AgentEvent told(AgentEvent event) {
    return event instanceof AgentEvent.Child child ? told(child.event()) : event;
  }

  private static void yieldAfter(CountDownLatch over, Duration atMost, CancelToken token) {
    try {
      if (!over.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        token.askToYield();
      }
    } catch (InterruptedException e) {
      // The drive is over.
    }
  }

  private static Approver approver(WhenAbsent whenAbsent) {
    return switch (whenAbsent) {
      case WAIT -> Approver.NOBODY;
      case DENY -> Refusal.APPROVER;
    };
  }
}
