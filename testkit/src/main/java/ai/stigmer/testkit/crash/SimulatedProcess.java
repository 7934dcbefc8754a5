package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.crash.SimulatedPlay.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** One process that drives a simulated run until it ends or the process dies. */
final class SimulatedProcess {
  /** Several times as many points as the longest run passes. */
  private static final int MOST_POINTS = 5_000;

  private final SimulatedWorld world;
  private final String run;
  private final CrashPoints points;
  private final Strands strands;
  private final Approver approver;
  private final String owner;
  private final EventLaws laws = new EventLaws();
  private final CancelToken cancel = new CancelToken();

  /**
   * A process that is about to start.
   *
   * @param approver who sits at it
   * @param fatal what happens at each point; true when the process dies there
   */
  SimulatedProcess(
      SimulatedWorld world,
      String run,
      String owner,
      SplittableRandom random,
      Approver approver,
      BiPredicate<String, Integer> fatal) {
    this.world = world;
    this.run = run;
    this.owner = owner;
    this.approver = approver;
    this.points = CrashPoints.where((name, count) -> passes(name, count, fatal));
    this.strands = new Strands(run, random, points, world, this::mayChange);
    points.afterDeath(strands::wake);
  }

  private boolean passes(String name, int count, BiPredicate<String, Integer> fatal) {
    if (isEndless(count)) {
      return true;
    }
    try {
      strands.pass(name);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return fatal.test(name, count);
  }

  /**
   * Whether another sub-agent may go on here: not where the one that stops holds what others wait
   * for, which is the parent's journal, and the last calls of the model that a budget leaves.
   */
  private boolean mayChange(String point) {
    boolean parents = point.startsWith("child-");
    boolean reserved = point.startsWith("model.") || point.startsWith("turn.");
    return !parents && !(reserved && world.play.isLimited());
  }

  private boolean isEndless(int count) {
    world.require(count < MOST_POINTS, "the run does not come to an end");
    return count >= MOST_POINTS;
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
  boolean owns(String which) {
    return world.isHeldBy(points, which);
  }

  /** What it holds in the journal. */
  Map<String, List<JournalEntry>> held() {
    return world.held(points);
  }

  void sleep() {
    strands.sleep();
  }

  /** It slept, and its runs may be somebody else's now. */
  void wake() {
    strands.wake();
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
    var first = model(run, SimulatedModel.FIRST);
    Graphton runner =
        Graphton.with(first)
            .retries(world.play.patient() ? RetryPolicy.DEFAULT : RetryPolicy.NONE)
            .timing(world.timing)
            .owner(owner)
            .listener(this::heard)
            .cancel(cancel)
            .budget(world.play.budget(), Prices.UNKNOWN)
            .policy((tool, call) -> decision(tool.spec().name()))
            .approver(approver)
            .unknownEffects(
                world.play.asksUnknown() ? UnknownEffects.ASK : UnknownEffects.TELL_MODEL)
            .aroundTools(strands);
    Graphton asking =
        world.play.fallback() ? runner.fallbacks(List.of(model(run, "second"))) : runner;
    return points.in(asking, world.seenBy(points));
  }

  private SimulatedModel model(String which, String name) {
    return new SimulatedModel(which, name, world, () -> owns(which));
  }

  private static Decision decision(String tool) {
    if (tool.equals(Kind.DENIED.tool())) {
      return new Decision.Deny("no");
    }
    return tool.equals(Kind.ASKED.tool()) ? new Decision.Ask("it matters") : new Decision.Allow();
  }

  private void heard(AgentEvent event) {
    laws.accept(event);
    checkDurable(run, event);
    strands.note(event);
  }

  /** What an event names is in the journal by the time it is shown. */
  private void checkDurable(String of, AgentEvent event) {
    switch (event) {
      case AgentEvent.TurnFinished(var _, AgentEvent.TurnEnd.Answered(var turn, var seq)) ->
          requireEntry(of, seq, new JournalEntry.Turn(turn)::equals);
      case AgentEvent.ToolFinished(var call, var result, var seq)
          when seq != AgentEvent.ToolFinished.NOT_RECORDED ->
          requireEntry(of, seq, entry -> isOutcome(entry, call.id(), result));
      case AgentEvent.ModelSwitched(var _, var from, var to, var why, var seq, var _) ->
          requireEntry(of, seq, new JournalEntry.ModelSwitched(from, to, why)::equals);
      case AgentEvent.Compacted compacted ->
          requireEntry(of, compacted.seq(), JournalEntry.Compacted.class::isInstance);
      case AgentEvent.ApprovalRequested(var request, var seq) ->
          requireEntry(of, seq, new JournalEntry.ApprovalRequested(request)::equals);
      case AgentEvent.ApprovalDecided(var request, var decision, var by, var seq) ->
          requireEntry(
              of, seq, new JournalEntry.ApprovalDecided(request.id(), decision, by)::equals);
      case AgentEvent.Child child -> checkDurable(child.runId(), child.event());
      default -> {}
    }
  }

  private static boolean isOutcome(JournalEntry entry, String call, ToolResult result) {
    return entry instanceof JournalEntry.ToolOutcome outcome
        && outcome.call().id().equals(call)
        && outcome.result().equals(result);
  }

  private void requireEntry(String of, long seq, Predicate<JournalEntry> expected) {
    List<Recorded> entries = world.journal.read(of);
    world.require(
        seq >= 1 && seq <= entries.size() && expected.test(entries.get((int) seq - 1).entry()),
        "an event was shown before its entry was durable: entry " + seq + " of " + of);
  }

  private Agent agent() {
    return Agent.named("a")
        .instructions("Be brief.")
        .tools(tools())
        .maxTurns(world.play.maxTurns())
        .subAgents(subAgents())
        .answer(SimulatedProcess::check)
        .build();
  }

  private static AnswerCheck.Verdict check(String answer) {
    return answer.startsWith("unfit")
        ? new AnswerCheck.Verdict.Unfit(List.of("it does not fit"))
        : new AnswerCheck.Verdict.Fits("<" + answer + ">");
  }

  private List<Tool> tools() {
    List<Tool> tools = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind != Kind.MISSING && kind != Kind.TASK) {
        tools.add(new SimulatedTool(kind, world));
      }
    }
    return tools;
  }

  /** One for each task, under the name of its call. */
  private List<SubAgent> subAgents() {
    var all = new ArrayList<SubAgent>();
    for (int turn = 0; turn < world.play.turns().size(); turn++) {
      List<SimulatedPlay.Call> calls = world.play.turns().get(turn).calls();
      for (int place = 0; place < calls.size(); place++) {
        Optional<SimulatedPlay> task = calls.get(place).task();
        if (task.isPresent()) {
          String id = "c" + turn + "-" + place;
          String child = ChildIds.of(run, (turn + 1) + "/" + id);
          world.hand(child, task.get());
          all.add(
              new SubAgent(
                  Agent.named(id).tools(tools()).maxTurns(task.get().maxTurns()).build(),
                  "Works.",
                  Optional.of(model(child, SimulatedModel.OTHER))));
        }
      }
    }
    return all;
  }
}
