package ai.stigmer.graphton;

import ai.stigmer.graphton.budget.Account;
import ai.stigmer.graphton.budget.RunAccount;
import ai.stigmer.graphton.budget.Tally;
import ai.stigmer.graphton.budget.TreeLedger;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Asking;
import ai.stigmer.graphton.loop.JournaledResults;
import ai.stigmer.graphton.loop.RunLoop;
import ai.stigmer.graphton.loop.RunPlan;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.loop.Transcript;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.subagent.Delegation;
import ai.stigmer.graphton.subagent.Handover;
import ai.stigmer.graphton.subagent.TaskTool;
import ai.stigmer.graphton.tool.Tool;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One drive of a run and of all runs beneath it. They share journal, account, listener and cancel
 * token; each has its own agent, context and journal entries.
 *
 * <p>Thread contract: thread-safe; sub-agents are driven on the threads of their calls.
 */
final class RunTree {
  private final Graphton.Options options;
  private final Account account;
  private final Consumer<AgentEvent> listener;

  /** Why a sub-agent could not be handed over. */
  private final AtomicReference<@Nullable RuntimeException> trouble = new AtomicReference<>();

  /**
   * A tree.
   *
   * @param before what the run at its top has so far
   */
  private RunTree(Graphton.Options options, List<Recorded> before, String root) {
    this.options = options;
    var read = new HashMap<>(Map.of(root, before));
    Function<String, List<Recorded>> journals =
        id -> read.computeIfAbsent(id, one -> entries(options.journal(), one));
    boolean scattered = !options.handover().equals(Handover.NONE);
    Tally spent = scattered ? Tally.ofScattered(before, journals) : Tally.of(before, journals);
    this.account =
        new Account(
            options.funding(),
            spent,
            options.asking().timing()::nanos,
            scattered
                ? Optional.of(new TreeLedger(options.journal(), root, read))
                : Optional.empty());
    this.listener = oneAtATime(options.listener());
  }

  /** Begins a run. */
  static RunResult start(Graphton.Options options, Agent agent, String message, String runId) {
    requirePrices(options, agent);
    try (JournalWriter writer = options.journal().begin(runId, options.owner())) {
      var tree = new RunTree(options, List.of(), runId);
      RunPlan plan = tree.plan(new Level(0, agent, agent.subAgents(), options.asking()), writer);
      return tree.untroubled(
          RunLoop.start(plan, started(agent, message, plan, options.environment())));
    }
  }

  /** Behind which of its ends a run goes on. */
  enum Behind {
    ANY_END,
    ENDS_ON_REQUEST
  }

  /** Goes on with a run and with the sub-agents that it waits for. */
  static RunResult resume(Graphton.Options options, Agent agent, String runId, Behind which) {
    requirePrices(options, agent);
    try (JournalWriter writer = options.journal().claim(runId, options.owner())) {
      if (writer.before().isEmpty()
          || !(writer.before().getFirst().entry() instanceof RunStarted started)) {
        throw neverStarted(runId);
      }
      RecordedOutcomes.tell(writer.before(), options.permission().policy());
      var tree = new RunTree(options, writer.before(), runId);
      RunPlan plan = tree.plan(new Level(0, agent, agent.subAgents(), options.asking()), writer);
      // Looked at under the claim: nobody else can end it meanwhile.
      return which == Behind.ENDS_ON_REQUEST
              && new SteeringDesk(options.journal()).isOver(runId, writer.before())
          ? RunLoop.ended(plan)
          : tree.untroubled(RunLoop.resume(plan, options.owner(), started, toolsHash(plan)));
    }
  }

  /** Tells whoever drives the run what no model is told. */
  private RunResult untroubled(RunResult result) {
    RuntimeException why = trouble.get();
    if (why != null) {
      throw why;
    }
    return result;
  }

  /**
   * A place in the tree.
   *
   * @param depth how many runs are above it
   * @param roster to whom its agent may hand tasks, when the budget allows another level
   */
  private record Level(int depth, Agent agent, List<SubAgent> roster, Asking asking) {

    /**
     * A sub-agent that brings none of its own may call those of its parent that can do no more than
     * itself: what was kept from it is not to be had by asking another one.
     */
    Level below(SubAgent child) {
      List<SubAgent> own = child.agent().subAgents();
      List<String> tools = names(child.agent());
      List<SubAgent> others =
          roster.stream().filter(other -> tools.containsAll(names(other.agent()))).toList();
      return new Level(
          depth + 1,
          child.agent(),
          own.isEmpty() ? others : own,
          child.model().map(model -> asking.withModels(List.of(model))).orElse(asking));
    }

    private static List<String> names(Agent agent) {
      return agent.tools().stream().map(tool -> tool.spec().name()).toList();
    }

    SubAgent named(String name) {
      return roster.stream().filter(child -> child.name().equals(name)).findFirst().orElseThrow();
    }
  }

  /**
   * Goes on with a sub-agent's run whose parent others drive. Whatever ends the runs above ends it,
   * too: their journals say so, and the request to end the one at the top.
   */
  static RunResult resumeChild(Graphton.Options options, Agent agent, String runId) {
    requirePrices(options, agent);
    Lineage lineage = Lineage.of(options.journal(), runId);
    try (JournalWriter writer = options.journal().claim(runId, options.owner())) {
      if (writer.before().isEmpty()
          || !(writer.before().getFirst().entry() instanceof RunStarted started)) {
        throw neverStarted(runId);
      }
      List<Recorded> top = options.journal().read(lineage.root());
      RecordedOutcomes.tell(top, options.permission().policy());
      var tree = new RunTree(options, top, lineage.root());
      Level level = new Level(0, agent, agent.subAgents(), options.asking());
      for (ChildStarted child : lineage.children()) {
        level = level.below(level.named(child.agent()));
      }
      RunPlan plan = tree.plan(level, writer, lineage.wrapping(tree.listener));
      Optional<RunEnd> end = Transcript.of(writer.before()).end();
      boolean isOver = lineage.isOver(options.journal());
      if (end.filter(RunTree::isForGood).isPresent() || (isOver && end.isPresent())) {
        return RunLoop.ended(plan);
      }
      if (isOver) {
        options.cancel().cancel();
      }
      try (CancelToken.Registration _ = lineage.heed(options.journal(), options.cancel())) {
        return tree.untroubled(RunLoop.resume(plan, options.owner(), started, toolsHash(plan)));
      }
    }
  }

  private static ProblemException neverStarted(String runId) {
    return Problem.of("E512", Problem.Category.STORE, "run " + runId + " never started")
        .help("start it again: nothing of it was done")
        .asException();
  }

  private RunPlan plan(Level level, JournalWriter writer) {
    return plan(level, writer, listener);
  }

  private RunPlan plan(Level level, JournalWriter writer, Consumer<AgentEvent> subscriber) {
    return new RunPlan(
        level.asking(),
        writer,
        level.agent().tools(),
        level.agent().maxTurns(),
        options.permission(),
        options.journal().inbox(),
        new JournaledResults(options.journal(), writer.runId()),
        subscriber,
        options.cancel(),
        options.aroundModel(),
        options.aroundTools(),
        new RunAccount(account, writer.runId()),
        delegation(level, writer),
        level.agent().answer(),
        options.redactor());
  }

  private Delegation delegation(Level level, JournalWriter writer) {
    Map<String, String> roster =
        level.depth() < options.funding().budget().depth()
            ? level.roster().stream()
                .collect(Collectors.toMap(SubAgent::name, SubAgent::description))
            : Map.of();
    return new Delegation(
        level.depth(),
        roster,
        options.funding().budget().fanOut(),
        (agent, runId, task, subscriber) -> {
          Level below = level.below(level.named(agent));
          return handedOver(below, writer.before(), runId, task)
              .orElseGet(() -> child(below, runId, task, subscriber));
        });
  }

  /**
   * How a sub-agent that others drive has ended, or that it has not; empty when it is to be driven
   * here. It is begun here in any case, as only its parent's driver knows the task.
   */
  private Optional<RunResult> handedOver(
      Level level, List<Recorded> parent, String runId, String task) {
    if (options.handover().equals(Handover.NONE)) {
      return Optional.empty();
    }
    var later = new RunEnd.Yielded("", Optional.of(runId));
    try {
      Transcript transcript = Transcript.of(begun(level, runId, task));
      Optional<RunEnd> end = transcript.end();
      if (end.orElse(null) instanceof RunEnd.Stopped stopped
          && stopped.limit().isOfTree()
          && isSinceLastEnd(options.journal().read(runId).getLast(), parent)) {
        account.stoppedElsewhere(stopped);
        return end.map(stop -> result(runId, stop, transcript));
      }
      if (end.filter(RunTree::isForGood).isPresent()) {
        return end.map(answer -> result(runId, answer, transcript));
      }
      return options.handover().takes(runId)
          ? Optional.of(result(runId, later, transcript))
          : Optional.empty();
    } catch (RuntimeException e) {
      // No word of it for the model: it is for whoever drives the run above.
      var _ = trouble.compareAndSet(null, e);
      options.cancel().abandon();
      return Optional.of(result(runId, later, Transcript.EMPTY));
    }
  }

  /**
   * Whether a budget has ended a sub-agent since its parent began, or went on behind its last end.
   * One that came to its end before that, also behind its parent's, goes on with its parent.
   */
  private static boolean isSinceLastEnd(Recorded end, List<Recorded> parent) {
    boolean since = true;
    boolean over = false;
    for (Recorded recorded : parent) {
      if (recorded.entry() instanceof JournalEntry.RunFinished) {
        since = false;
        over = true;
      } else if (over && recorded.entry() instanceof JournalEntry.RunResumed) {
        since = end.time().isAfter(recorded.time());
        over = false;
      }
    }
    return since;
  }

  private static RunResult result(String runId, RunEnd end, Transcript transcript) {
    return new RunResult(
        runId,
        end,
        transcript.turns(),
        transcript.spent().stream().map(TurnUsage::usage).reduce(Usage.NONE, Usage::plus),
        transcript.spent());
  }

  private List<Recorded> begun(Level level, String runId, String task) {
    List<Recorded> before = entries(options.journal(), runId);
    if (!before.isEmpty()) {
      return before;
    }
    try (JournalWriter writer = options.journal().begin(runId, options.owner())) {
      RunPlan plan = plan(level, writer);
      var _ =
          writer.append(
              options.redactor().record(List.of(started(level.agent(), task, plan, "{}"))));
    }
    return options.journal().read(runId);
  }

  private RunResult child(Level level, String runId, String task, Consumer<AgentEvent> subscriber) {
    try (JournalWriter writer = createdOrClaimed(runId)) {
      RunPlan plan = plan(level, writer, subscriber);
      if (writer.before().isEmpty()
          || !(writer.before().getFirst().entry() instanceof RunStarted started)) {
        return RunLoop.start(plan, started(level.agent(), task, plan, "{}"));
      }
      return Transcript.of(writer.before()).end().filter(RunTree::isForGood).isPresent()
          ? RunLoop.ended(plan)
          : RunLoop.resume(plan, options.owner(), started, toolsHash(plan));
    }
  }

  /** Whether a sub-agent with this end is not taken up again, as its parent has got its answer. */
  private static boolean isForGood(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _, RunEnd.Failed _ -> true;
      case RunEnd.Stopped stopped -> !stopped.limit().isOfTree();
      case RunEnd.Cancelled _, RunEnd.Waiting _, RunEnd.Yielded _ -> false;
    };
  }

  private JournalWriter createdOrClaimed(String runId) {
    try {
      return options.journal().create(runId, options.owner());
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E504")) {
        throw e;
      }
      return options.journal().claim(runId, options.owner());
    }
  }

  /** A sub-agent whose run was announced and never begun has no entries. */
  private static List<Recorded> entries(Journal journal, String runId) {
    try {
      return journal.read(runId);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
      return List.of();
    }
  }

  private static JournalEntry.RunStarted started(
      Agent agent, String message, RunPlan plan, String environment) {
    return new RunStarted(
        message, agent.name(), agent.instructions(), toolsHash(plan), environment);
  }

  private static void requirePrices(Graphton.Options options, Agent agent) {
    var models = new ArrayList<ChatModel>(options.asking().models());
    addModels(agent, models);
    options.funding().requirePrices(models);
  }

  private static void addModels(Agent agent, List<ChatModel> models) {
    for (SubAgent child : agent.subAgents()) {
      child.model().ifPresent(models::add);
      addModels(child.agent(), models);
    }
  }

  /** Sub-agents speak from threads of their own, and a listener hears one event at a time. */
  private static Consumer<AgentEvent> oneAtATime(Consumer<AgentEvent> listener) {
    var lock = new Object();
    return event -> {
      synchronized (lock) {
        listener.accept(event);
      }
    };
  }

  private static String toolsHash(RunPlan plan) {
    var specs = new ArrayList<>(plan.tools().stream().map(Tool::spec).toList());
    if (!plan.delegation().roster().isEmpty()) {
      specs.add(TaskTool.spec(plan.delegation().roster()));
    }
    specs.sort(Comparator.comparing(ToolSpec::name));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (ToolSpec spec : specs) {
        for (String part : List.of(spec.name(), spec.description(), spec.schema())) {
          digest.update(part.getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
