package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.crash.SimulatedPlay.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;

/** One process that drives a simulated run until it ends or the process dies. */
final class SimulatedProcess {
  private final SimulatedWorld world;
  private final String run;
  private final CrashPoints points;
  private final ReadOrder order;
  private final EventLaws laws = new EventLaws();
  private final CancelToken cancel = new CancelToken();

  /**
   * A process that is about to start.
   *
   * @param fatal what happens at each point; true when the process dies there
   */
  SimulatedProcess(
      SimulatedWorld world,
      String run,
      SplittableRandom random,
      BiPredicate<String, Integer> fatal) {
    this.world = world;
    this.run = run;
    this.points = CrashPoints.where(fatal);
    this.order = new ReadOrder(random, points);
    points.afterDeath(order::wake);
  }

  RunResult start() {
    return checked(runner().run(agent(), "go", run));
  }

  RunResult resume() {
    return checked(runner().resume(agent(), run));
  }

  RunResult fork(Fork fork) {
    return checked(runner().fork(agent(), fork));
  }

  /** Whether nobody has taken the run over since this process claimed it. */
  boolean owns() {
    return world.isHeldBy(points);
  }

  void cancel() {
    cancel.cancel();
  }

  private RunResult checked(RunResult result) {
    try {
      laws.assertLaws();
    } catch (AssertionError e) {
      world.require(false, String.valueOf(e.getMessage()));
    }
    return result;
  }

  private Graphton runner() {
    var first = new SimulatedModel(run, SimulatedModel.FIRST, world, this::owns);
    Graphton runner =
        Graphton.with(first)
            .retries(world.play.patient() ? RetryPolicy.DEFAULT : RetryPolicy.NONE)
            .timing(world.timing)
            .owner("simulated")
            .listener(this::heard)
            .cancel(cancel)
            .policy(
                (tool, call) ->
                    tool.spec().name().equals(Kind.DENIED.tool())
                        ? new Decision.Deny("no")
                        : new Decision.Allow())
            .aroundTools(order);
    Graphton asking =
        world.play.fallback()
            ? runner.fallbacks(List.of(new SimulatedModel(run, "second", world, this::owns)))
            : runner;
    return points.in(asking, world.seenBy(points));
  }

  private void heard(AgentEvent event) {
    laws.accept(event);
    checkDurable(event);
    order.note(event);
  }

  /** What an event names is in the journal by the time it is shown. */
  private void checkDurable(AgentEvent event) {
    switch (event) {
      case AgentEvent.TurnFinished(var _, AgentEvent.TurnEnd.Answered(var turn, var seq)) ->
          requireEntry(seq, new JournalEntry.Turn(turn));
      case AgentEvent.ToolFinished(var call, var result, var seq)
          when seq != AgentEvent.ToolFinished.NOT_RECORDED ->
          requireEntry(seq, new JournalEntry.ToolOutcome(call, result));
      case AgentEvent.ModelSwitched(var _, var from, var to, var why, var seq, var _) ->
          requireEntry(seq, new JournalEntry.ModelSwitched(from, to, why));
      case AgentEvent.Compacted compacted ->
          world.require(
              compacted.seq() >= 1
                  && compacted.seq() <= world.journal.read(run).size()
                  && world.journal.read(run).get((int) compacted.seq() - 1).entry()
                      instanceof JournalEntry.Compacted,
              "a compaction was shown before it was durable");
      default -> {}
    }
  }

  private void requireEntry(long seq, JournalEntry entry) {
    List<Recorded> entries = world.journal.read(run);
    world.require(
        seq >= 1 && seq <= entries.size() && entries.get((int) seq - 1).entry().equals(entry),
        "an event was shown before its entry was durable: " + entry);
  }

  private Agent agent() {
    List<Tool> tools = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind != Kind.MISSING) {
        tools.add(new SimulatedTool(kind, world));
      }
    }
    return Agent.named("a")
        .instructions("Be brief.")
        .tools(tools)
        .maxTurns(world.play.maxTurns())
        .build();
  }
}
