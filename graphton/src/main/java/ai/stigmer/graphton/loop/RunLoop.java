package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.Tool;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One drive of one run, from its journal's present state to an end.
 *
 * <p>Order of writing: a model's turn is durable before any tool of it starts; an intent is durable
 * before a tool that is not read-only starts; an outcome is durable before the next step is
 * decided; an event that names an entry is sent after the entry is durable.
 *
 * <p>Thread: the caller's; it blocks. Read-only tools of one turn run on virtual threads of their
 * own.
 */
public final class RunLoop {
  private final RunPlan plan;
  private final Decider decider;
  private final EventSink events;
  private final ModelStage models;
  private final ToolStage tools;
  private final List<ToolSpec> specs;
  private Transcript transcript;

  private RunLoop(RunPlan plan, Transcript transcript) {
    this.plan = plan;
    this.transcript = transcript;
    this.decider = new Decider(plan.maxTurns());
    this.events = new EventSink(plan.listener());
    this.models = new ModelStage(plan, events, this::append);
    this.tools = new ToolStage(plan, events, this::append);
    this.specs = plan.tools().stream().map(Tool::spec).toList();
  }

  /** Begins a run and drives it to an end. */
  public static RunResult start(RunPlan plan, JournalEntry.RunStarted started) {
    var loop = new RunLoop(plan, Transcript.EMPTY);
    long seq = loop.append(List.of(started));
    loop.events.send(new AgentEvent.RunStarted(plan.writer().runId(), seq, Beginning.NEW));
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
    var loop = new RunLoop(plan, Transcript.of(plan.writer().before()));
    String runId = plan.writer().runId();
    long seq = plan.writer().before().getLast().seq();
    if (loop.transcript.end().orElse(null) instanceof RunEnd.Completed completed) {
      loop.events.send(new AgentEvent.RunStarted(runId, seq, Beginning.RESUMED));
      return loop.finished(completed);
    }
    seq = loop.append(List.of(new JournalEntry.RunResumed(owner)));
    loop.events.send(new AgentEvent.RunStarted(runId, seq, Beginning.RESUMED));
    if (!started.toolsHash().equals(toolsHash)) {
      loop.events.send(
          new AgentEvent.Notice("W401", "the agent's tools are not those the run began with"));
    }
    return loop.drive();
  }

  private RunResult drive() {
    try {
      while (true) {
        if (plan.cancel().isCancelled()) {
          return end(new RunEnd.Cancelled(transcript.lastText()));
        }
        switch (decider.next(transcript)) {
          case Step.CallModel call -> {
            RunEnd failed = callModel();
            if (failed != null) {
              return end(failed);
            }
          }
          case Step.RunTools step -> {
            Optional<RunEnd.Waiting> waiting = tools.serve(step, transcript);
            if (waiting.isPresent()) {
              return finished(waiting.get());
            }
          }
          case Step.Finish finish -> {
            closePending();
            return end(finish.end());
          }
        }
      }
    } catch (ProblemException e) {
      return finished(new RunEnd.Failed(e.problem(), transcript.lastText()));
    } catch (RuntimeException e) {
      return finished(new RunEnd.Failed(bug(e), transcript.lastText()));
    }
  }

  private @Nullable RunEnd callModel() {
    int turn = transcript.turns() + 1;
    events.send(new AgentEvent.TurnStarted(turn));
    ModelResult result =
        models.ask(turn, new ModelRequest(transcript.system(), transcript.messages(), specs));
    return switch (result) {
      case ModelResult.Turn answered -> {
        long seq = append(List.of(new JournalEntry.Turn(answered.turn())));
        events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Answered(answered.turn(), seq)));
        yield null;
      }
      case ModelResult.Failed failed -> {
        events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Failed(failed.failure())));
        yield new RunEnd.Failed(failed.failure().problem(), transcript.lastText());
      }
      case ModelResult.Cancelled cancelled -> {
        events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Cancelled()));
        yield new RunEnd.Cancelled(transcript.lastText());
      }
    };
  }

  private void closePending() {
    for (PendingCall pending : transcript.pending()) {
      append(
          List.of(
              new JournalEntry.ToolOutcome(
                  pending.call(),
                  new ToolResult(
                      ToolResult.Status.NOT_RUN, "The run ended before this call was started."))));
    }
  }

  private RunResult end(RunEnd end) {
    append(List.of(new JournalEntry.RunFinished(end)));
    return finished(end);
  }

  private RunResult finished(RunEnd end) {
    var result =
        new RunResult(
            plan.writer().runId(), end, transcript.turns(), transcript.usage(), transcript.spent());
    events.closeOpen();
    events.send(new AgentEvent.RunFinished(result));
    return result;
  }

  private long append(List<JournalEntry> entries) {
    long seq = plan.writer().append(entries);
    for (JournalEntry entry : entries) {
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
