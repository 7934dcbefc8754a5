package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.budget.Account;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.subagent.TaskTool;
import ai.stigmer.graphton.tool.Tool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One drive of one run, from its journal's present state to an end.
 *
 * <p>Order of writing: a model's turn is durable before any tool of it starts; an intent is durable
 * before a tool that is not read-only starts; an outcome is durable before the next step is
 * decided; an event that names an entry is sent after the entry is durable.
 *
 * <p>Thread: the caller's; it blocks. Concurrent tools of one turn run on virtual threads of their
 * own, and sub-agents on those.
 */
public final class RunLoop {
  private final RunPlan plan;
  private final Decider decider;
  private final EventSink events;
  private final ModelStage models;
  private final ToolStage tools;
  private final CompactStage compactor;
  private final Steering steering;
  private final FinalAnswer answer;
  private final List<ToolSpec> specs;
  private Transcript transcript;
  private boolean promptRefused;

  private RunLoop(RunPlan plan, Transcript transcript) {
    this.plan = plan;
    this.transcript = transcript;
    this.decider = new Decider(plan.maxTurns());
    this.events = new EventSink(plan.listener(), plan.redactor());
    this.models = new ModelStage(plan, events, this::append);
    List<Tool> offered = offered(plan);
    this.tools = new ToolStage(plan, offered, this::window, events, this::append);
    this.steering = new Steering(plan, events, this::append);
    this.answer = new FinalAnswer(plan.answer(), events, this::append);
    this.specs = offered.stream().map(tool -> plan.redactor().record(tool.spec())).toList();
    this.compactor = new CompactStage(plan, events, models, this::append, specs);
  }

  private List<Tool> offered(RunPlan plan) {
    if (plan.delegation().roster().isEmpty()) {
      return plan.tools();
    }
    var task =
        new TaskTool(
            plan.delegation(),
            plan.writer().before(),
            plan.listener(),
            entry -> append(List.of(entry)));
    return Stream.concat(plan.tools().stream(), Stream.of(task))
        .sorted(Comparator.comparing(tool -> tool.spec().name()))
        .toList();
  }

  /** Begins a run and drives it to an end. */
  public static RunResult start(RunPlan plan, JournalEntry.RunStarted started) {
    var loop = new RunLoop(plan, Transcript.EMPTY);
    long seq = loop.append(List.of(started));
    loop.events.send(new AgentEvent.RunStarted(plan.writer().runId(), seq, Beginning.NEW));
    loop.tellOfSecret();
    return loop.drive();
  }

  /**
   * Goes on with a run and drives it to an end.
   *
   * @param toolsHash the hash of the tools offered now; when it differs from the recorded one, a
   *     notice says so
   */
  public static RunResult resume(
      RunPlan plan, String owner, JournalEntry.RunStarted started, String toolsHash) {
    var loop = new RunLoop(plan, recorded(plan));
    String runId = plan.writer().runId();
    if (loop.transcript.end().orElse(null) instanceof RunEnd.Completed
        && !loop.steering.isWaitedFor()) {
      return ended(plan);
    }
    long seq = loop.append(List.of(new JournalEntry.RunResumed(owner)));
    loop.events.send(new AgentEvent.RunStarted(runId, seq, Beginning.RESUMED));
    if (!started.toolsHash().isEmpty() && !started.toolsHash().equals(toolsHash)) {
      loop.events.send(
          new AgentEvent.Notice("W401", "the agent's tools are not those the run began with"));
    }
    if (plan.writer().before().size() == 1) {
      loop.tellOfSecret();
    }
    return loop.drive();
  }

  /** Shows a run that has its end, and does nothing more. */
  public static RunResult ended(RunPlan plan) {
    var loop = new RunLoop(plan, recorded(plan));
    long seq = plan.writer().before().getLast().seq();
    loop.events.send(new AgentEvent.RunStarted(plan.writer().runId(), seq, Beginning.RESUMED));
    return loop.finished(loop.transcript.end().orElseThrow());
  }

  /** What a run of an earlier process wrote may hold what only this one knows to be secret. */
  private static Transcript recorded(RunPlan plan) {
    return Transcript.of(plan.redactor().record(plan.writer().before()));
  }

  private void tellOfSecret() {
    if (transcript.messages().getFirst() instanceof Message.User(String text)
        && text.contains(Redactor.MARK)) {
      events.send(
          new AgentEvent.Notice(
              "W409", "the message held a secret; the model gets " + Redactor.MARK + " instead"));
    }
  }

  private RunResult drive() {
    try (Registration _ = steering.heedCancel()) {
      while (true) {
        if (plan.cancel().isCancelled()) {
          return end(new RunEnd.Cancelled(transcript.lastText()));
        }
        ContextUse use = contextUse();
        Step next = decider.next(transcript, use);
        if (steering.takeOver(next, transcript)) {
          continue;
        }
        if (plan.cancel().isYieldAsked() && !(next instanceof Step.Finish)) {
          return finished(new RunEnd.Yielded(transcript.lastText()));
        }
        switch (next) {
          case Step.CallModel call -> {
            RunEnd failed = callModel();
            if (failed != null) {
              return end(failed);
            }
          }
          case Step.Compact _ -> {
            int compactions = transcript.compactions();
            Optional<RunEnd> over = compactor.compact(transcript, use, this::refusedCall);
            if (over.isPresent()) {
              return end(over.get());
            }
            promptRefused &= transcript.compactions() == compactions;
          }
          case Step.RunTools step -> {
            Optional<RunEnd> waiting = tools.serve(step, transcript);
            RunEnd over = overBudget();
            if (over != null) {
              return end(over);
            }
            if (waiting.isPresent()) {
              return finished(waiting.get());
            }
          }
          case Step.Finish finish -> {
            Optional<RunEnd> judged = answer.judge(finish.end(), transcript);
            if (judged.isPresent()) {
              return end(judged.get(), notRun());
            }
          }
        }
      }
    } catch (ProblemException e) {
      return finished(
          plan.cancel().isAbandoned()
              ? new RunEnd.Yielded(transcript.lastText())
              : new RunEnd.Failed(e.problem(), transcript.lastText()));
    } catch (RuntimeException e) {
      return finished(new RunEnd.Failed(bug(e), transcript.lastText()));
    }
  }

  /** What is pending stays so: with a larger budget the run goes on exactly here. */
  private @Nullable RunEnd overBudget() {
    return plan.account()
        .breach()
        .map(over -> new RunEnd.Stopped(over.limit(), transcript.lastText(), over.problem()))
        .orElse(null);
  }

  /** The end of a run whose account lets it not ask the model, or not yet. */
  private RunEnd refusedCall() {
    RunEnd over = overBudget();
    if (over != null) {
      return over;
    }
    return plan.cancel().isCancelled()
        ? new RunEnd.Cancelled(transcript.lastText())
        : new RunEnd.Yielded(transcript.lastText());
  }

  private long window() {
    return plan.asking().context().window(models.current());
  }

  private ContextUse contextUse() {
    long window = window();
    return new ContextUse(
        PromptEstimate.tokens(transcript, specs),
        window,
        (long) (window * plan.asking().context().compactAt()),
        promptRefused);
  }

  private @Nullable RunEnd callModel() {
    Optional<Account.Reservation> reserved =
        plan.account()
            .reserve(
                plan.asking().models(), PromptEstimate.tokens(transcript, specs), plan.cancel());
    if (reserved.isEmpty()) {
      return refusedCall();
    }
    try (Account.Reservation reservation = reserved.get()) {
      return callModel(reservation);
    }
  }

  private @Nullable RunEnd callModel(Account.Reservation reservation) {
    int turn = transcript.turns() + 1;
    events.send(new AgentEvent.TurnStarted(turn));
    ModelResult result =
        models.ask(
            turn,
            new ModelRequest(
                transcript.system(),
                transcript.messages(),
                specs,
                transcript.answers(),
                FinalAnswer.wasAskedAgain(transcript)
                    ? ModelRequest.Purpose.REPAIR
                    : ModelRequest.Purpose.TURN));
    return switch (result) {
      case ModelResult.Turn answered -> {
        long seq = append(List.of(new JournalEntry.Turn(answered.turn())));
        reservation.settle(TurnUsage.of(answered.turn()));
        events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Answered(answered.turn(), seq)));
        yield null;
      }
      case ModelResult.Failed failed -> {
        events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Failed(failed.failure())));
        promptRefused =
            failed.failure().kind() == ModelFailure.Kind.CONTEXT_OVERFLOW
                && Compaction.isPossible(transcript);
        yield promptRefused
            ? null
            : new RunEnd.Failed(failed.failure().problem(), transcript.lastText());
      }
      case ModelResult.Cancelled cancelled -> {
        events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Cancelled()));
        yield new RunEnd.Cancelled(transcript.lastText());
      }
    };
  }

  /** Outcomes for the calls that the end leaves open. */
  private List<JournalEntry> notRun() {
    var outcomes = new ArrayList<JournalEntry>();
    for (PendingCall pending : transcript.pending()) {
      outcomes.add(
          new JournalEntry.ToolOutcome(
              pending.call(),
              new ToolResult(
                  ToolResult.Status.NOT_RUN, "The run ended before this call was started.")));
    }
    return outcomes;
  }

  private RunResult end(RunEnd end) {
    return end(end, List.of());
  }

  /**
   * Writes the end and what goes with it at once: a process that died between the two would go on
   * as if there were no reason to end.
   */
  private RunResult end(RunEnd end, List<JournalEntry> before) {
    if (end instanceof RunEnd.Yielded
        || (end instanceof RunEnd.Cancelled && plan.cancel().isAbandoned())) {
      return finished(new RunEnd.Yielded(transcript.lastText()));
    }
    var entries = new ArrayList<>(before);
    entries.add(new JournalEntry.RunFinished(end));
    append(entries);
    return finished(end);
  }

  private RunResult finished(RunEnd end) {
    List<TurnUsage> spent =
        plan.delegation().isOfRoot() ? plan.account().spent() : transcript.spent();
    Usage usage = spent.stream().map(TurnUsage::usage).reduce(Usage.NONE, Usage::plus);
    var result =
        plan.redactor()
            .record(new RunResult(plan.writer().runId(), end, transcript.turns(), usage, spent));
    events.closeOpen();
    events.send(new AgentEvent.RunFinished(result));
    return result;
  }

  /**
   * Called by the run's thread and by those of calls that start sub-agents. What an abandoned run
   * has cut short is nobody's outcome: whoever goes on with the run settles it.
   */
  private synchronized long append(List<JournalEntry> entries) {
    if (plan.cancel().isAbandoned()) {
      throw Problem.of("E505", Problem.Category.STORE, "somebody else is to go on with this run")
          .asException();
    }
    List<JournalEntry> clean = plan.redactor().record(entries);
    long seq = plan.writer().append(clean);
    for (JournalEntry entry : clean) {
      transcript = transcript.plus(entry);
    }
    return seq;
  }

  static Problem bug(RuntimeException e) {
    return Problem.of(
            "E901", Problem.Category.INTERNAL, "a bug stopped the run: " + e.getClass().getName())
        .from(String.valueOf(e.getMessage()))
        .help("the journal is whole: stigmer resume ID; please report this");
  }
}
