package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.subagent.TaskTool;
import ai.stigmer.graphton.tool.CallSuspended;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/*
 * One of all threads goes at a time. Each run has a list of its calls under way; a body goes while it is the first of
 * its run, and its run's task the first of the run above. A body that ends stays the first until its outcome is
 * durable; so nobody goes beside the thread of the run. At its points a sub-agent may put another one first.
 */
/**
 * Lets what runs at the same time take turns in an order drawn from a seed, so that a schedule can
 * be repeated: bodies of tools one after another, sub-agents in any mixture of their steps.
 *
 * <p>Thread contract: thread-safe.
 */
final class Strands implements ToolInterceptor {
  private static final long MOST_MILLIS = 20_000;

  /** What a thread works on; threads that it starts have it as well. */
  private static final InheritableThreadLocal<@Nullable Task> TASK = new InheritableThreadLocal<>();

  /** The call of a process that hands out a task. */
  private record Task(Strands process, String call) {}

  private final String root;
  private final SplittableRandom random;
  private final CrashPoints points;
  private final SimulatedWorld world;
  private final Predicate<String> mayChange;
  private final Map<String, List<String>> underWay = new HashMap<>();
  private final Map<String, Set<String>> ended = new HashMap<>();

  private boolean asleep;
  private boolean stuck;

  /**
   * The order of one process.
   *
   * @param mayChange at which points, by name, another sub-agent may go on
   */
  Strands(
      String root,
      SplittableRandom random,
      CrashPoints points,
      SimulatedWorld world,
      Predicate<String> mayChange) {
    this.root = root;
    this.random = random;
    this.points = points;
    this.world = world;
    this.mayChange = mayChange;
  }

  void note(AgentEvent event) {
    note(root, event);
  }

  private synchronized void note(String run, AgentEvent event) {
    List<String> calls = underWay.computeIfAbsent(run, _ -> new ArrayList<>());
    switch (event) {
      case AgentEvent.ToolStarted(var call) ->
          calls.add(random.nextInt(calls.size() + 1), call.id());
      case AgentEvent.ToolFinished(var call, var _, var _) -> {
        calls.remove(call.id());
        notifyAll();
      }
      case AgentEvent.Child child -> note(child.runId(), child.event());
      default -> {}
    }
  }

  /** The process is stopped: nobody of it goes on. */
  synchronized void sleep() {
    asleep = true;
  }

  /** The process has died, or goes on: whoever waits has to look again. */
  synchronized void wake() {
    asleep = false;
    notifyAll();
  }

  /** A point is reached: perhaps another sub-agent goes on first. */
  void pass(String point) throws InterruptedException {
    String mine = task();
    if (mine != null && mayChange.test(point)) {
      change(mine);
    }
  }

  private synchronized void change(String mine) throws InterruptedException {
    List<String> calls = underWay.getOrDefault(root, List.of());
    if (calls.size() > 1 && random.nextBoolean()) {
      calls.addFirst(calls.remove(random.nextInt(calls.size())));
      notifyAll();
      await(root, mine);
    }
  }

  @Override
  public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception {
    String call = context.callId().substring(context.callId().indexOf('/') + 1);
    begin(context.runId(), call);
    Task before = TASK.get();
    if (tool.spec().name().equals(TaskTool.NAME)) {
      TASK.set(new Task(this, call));
    }
    try {
      return next.run(arguments);
    } catch (CallSuspended e) {
      suspend(call);
      throw e;
    } finally {
      TASK.set(before);
      end(context.runId(), call);
    }
  }

  /** The task that this thread works on for this process. */
  private @Nullable String task() {
    Task task = TASK.get();
    return task != null && task.process().equals(this) ? task.call() : null;
  }

  private synchronized void begin(String run, String call) throws InterruptedException {
    await(run, call);
  }

  private synchronized void end(String run, String call) {
    ended.computeIfAbsent(run, _ -> new HashSet<>()).add(call);
    notifyAll();
  }

  private synchronized void suspend(String call) {
    underWay.getOrDefault(root, List.of()).remove(call);
    notifyAll();
  }

  private void await(String run, String call) throws InterruptedException {
    long end = System.nanoTime() + MOST_MILLIS * 1_000_000;
    while (!goes(run, call)) {
      points.checkAlive();
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0 || stuck) {
        stuck = true;
        world.require(false, "call " + call + " of " + run + " waits for " + underWay);
        notifyAll();
        throw new IllegalStateException("stuck");
      }
      wait(left);
    }
    points.checkAlive();
  }

  private boolean goes(String run, String call) {
    String mine = task();
    return !asleep
        && isFirst(run, call)
        && (ChildIds.parent(run).isEmpty() || mine == null || isFirst(root, mine));
  }

  /** The outcome of a call is never durable in a run that somebody else has taken over. */
  private boolean isFirst(String run, String call) {
    Set<String> over = world.isHeldBy(points, run) ? Set.of() : ended.getOrDefault(run, Set.of());
    return underWay.getOrDefault(run, List.of()).stream()
        .filter(each -> !over.contains(each))
        .findFirst()
        .map(call::equals)
        .orElse(true);
  }
}
