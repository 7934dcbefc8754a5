package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.subagent.ChildIds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/*
 * A call without an intent was read-only or refused, and calls of that kind next to each other were started together.
 * So the calls between two intents are started at once here, which differs from what the run showed only in when a
 * refused call among reads was started.
 */
/**
 * The events of a run, told again from its journal alone: no model is asked, no tool runs.
 *
 * <p>What the journal does not hold is not told: failed attempts of the model and their waits,
 * notices, and in how many pieces a text arrived. A run that was interrupted is told as one; a
 * notice says where it went on. Thread: the caller's.
 */
public final class Replay {
  private final String runId;
  private final List<Recorded> entries;
  private final Function<String, List<Recorded>> children;
  private final Consumer<AgentEvent> listener;
  private final Set<String> started = new HashSet<>();
  private final Map<String, ApprovalRequest> requests = new HashMap<>();
  private final Map<String, ToolCall> edited = new HashMap<>();
  private Transcript transcript = Transcript.EMPTY;
  private boolean inTurn;

  private Replay(
      String runId,
      List<Recorded> entries,
      Function<String, List<Recorded>> children,
      Consumer<AgentEvent> listener) {
    this.runId = runId;
    this.entries = List.copyOf(entries);
    this.children = children;
    this.listener = listener;
  }

  /** Tells the run without what its sub-agents did. */
  public static RunResult of(String runId, List<Recorded> entries, Consumer<AgentEvent> listener) {
    return of(runId, entries, child -> List.of(), listener);
  }

  /**
   * Tells the run and returns its end. What a sub-agent did is told where it began, so sub-agents
   * that worked at the same time are told one after another.
   *
   * @param entries the run's journal, oldest first
   * @param children the journal of a sub-agent's run by its id; empty when there is none
   * @return the recorded result; when none is recorded, that it waits, or else a failure with
   *     {@code E541}, and what there was by then
   * @throws ai.stigmer.graphton.error.ProblemException {@code E512} when nothing is recorded
   */
  public static RunResult of(
      String runId,
      List<Recorded> entries,
      Function<String, List<Recorded>> children,
      Consumer<AgentEvent> listener) {
    if (entries.isEmpty()) {
      throw Problem.of("E512", Problem.Category.STORE, "run " + runId + " never started")
          .help("start it again: nothing of it was done")
          .asException();
    }
    return new Replay(runId, entries, children, listener).tell();
  }

  private RunResult tell() {
    for (int i = 0; i < entries.size(); i++) {
      tell(i);
      transcript = transcript.plus(entries.get(i).entry());
    }
    closeTurn();
    for (PendingCall open : transcript.pending()) {
      if (started.contains(open.call().id())) {
        listener.accept(
            new AgentEvent.ToolFinished(
                asRun(open.call()),
                new ToolResult(ToolResult.Status.UNKNOWN, "The journal has no outcome."),
                AgentEvent.ToolFinished.NOT_RECORDED));
      }
    }
    var result =
        new RunResult(
            runId,
            transcript.end().or(this::waiting).orElseGet(this::noEnd),
            transcript.turns(),
            transcript.usage(),
            transcript.spent());
    listener.accept(new AgentEvent.RunFinished(result));
    return result;
  }

  private void tell(int place) {
    long seq = entries.get(place).seq();
    switch (entries.get(place).entry()) {
      case JournalEntry.RunStarted _ ->
          listener.accept(new AgentEvent.RunStarted(runId, seq, Beginning.NEW));
      case JournalEntry.RunResumed resumed -> notice("the run went on here, by " + resumed.owner());
      case JournalEntry.RunForked forked ->
          notice("up to here this is run " + forked.from() + ", forked at entry " + forked.at());
      case JournalEntry.Turn turn -> turn(turn.turn(), seq);
      case JournalEntry.ToolIntent intent -> start(intent.call());
      case ToolOutcome outcome -> outcome(place, outcome, seq);
      case JournalEntry.UserMessage message -> notice("the user said: " + message.text());
      case JournalEntry.ModelSwitched switched -> switched(switched, seq);
      case JournalEntry.ChildStarted child -> child(child);
      case JournalEntry.ApprovalRequested requested -> requested(requested.request(), seq);
      case JournalEntry.ApprovalDecided decided -> decided(decided, seq);
      case JournalEntry.Compacted compacted -> compacted(compacted, seq);
      case JournalEntry.ChildFinished _,
          JournalEntry.AttemptFailed _,
          JournalEntry.CompactionFailed _,
          JournalEntry.ResultKept _,
          JournalEntry.WorkspaceSaved _ -> {}
      case JournalEntry.RunFinished _ -> closeTurn();
    }
  }

  private void compacted(JournalEntry.Compacted compacted, long seq) {
    closeTurn();
    listener.accept(
        new AgentEvent.Compacted(
            compacted.replaced(), compacted.before(), compacted.after(), compacted.window(), seq));
  }

  private void requested(ApprovalRequest request, long seq) {
    closeTurn();
    requests.put(request.id(), request);
    listener.accept(new AgentEvent.ApprovalRequested(request, seq));
  }

  private void decided(JournalEntry.ApprovalDecided decided, long seq) {
    ApprovalRequest request = requests.get(decided.approval());
    if (request != null) {
      if (decided.decision() instanceof ApprovalDecision.Edited(String arguments)) {
        ToolCall call = request.call();
        edited.put(call.id(), new ToolCall(call.id(), call.name(), arguments));
      }
      listener.accept(
          new AgentEvent.ApprovalDecided(request, decided.decision(), decided.by(), seq));
    }
  }

  /** The call with the arguments that somebody put in the place of the model's. */
  private ToolCall asRun(ToolCall call) {
    return edited.getOrDefault(call.id(), call);
  }

  private void child(JournalEntry.ChildStarted child) {
    List<Recorded> journal = children.apply(child.childRunId());
    if (!journal.isEmpty()) {
      of(
          child.childRunId(),
          journal,
          children,
          event ->
              listener.accept(
                  new AgentEvent.Child(child.call(), child.childRunId(), child.agent(), event)));
    }
  }

  private void notice(String text) {
    closeTurn();
    listener.accept(new AgentEvent.Notice("W540", text));
  }

  private void turn(ModelTurn turn, long seq) {
    started.clear();
    edited.clear();
    openTurn();
    inTurn = false;
    int number = transcript.turns() + 1;
    for (Block block : turn.blocks()) {
      switch (block) {
        case Block.Text text -> listener.accept(new AgentEvent.TextDelta(number, text.text()));
        case Block.Thinking thinking ->
            listener.accept(new AgentEvent.ThinkingDelta(number, thinking.text()));
        case Block.Call _ -> {}
      }
    }
    listener.accept(new AgentEvent.TurnFinished(number, new TurnEnd.Answered(turn, seq)));
  }

  private void switched(JournalEntry.ModelSwitched switched, long seq) {
    openTurn();
    listener.accept(
        new AgentEvent.ModelSwitched(
            transcript.turns() + 1, switched.from(), switched.to(), switched.why(), seq, 0));
  }

  private void outcome(int place, ToolOutcome outcome, long seq) {
    if (outcome.result().status() == ToolResult.Status.NOT_RUN) {
      return;
    }
    if (!started.contains(outcome.call().id())) {
      startGroup(place);
    }
    listener.accept(new AgentEvent.ToolFinished(asRun(outcome.call()), outcome.result(), seq));
  }

  /** Starts the calls that have their outcomes before anything else happens, in their order. */
  private void startGroup(int place) {
    var together = new HashSet<String>();
    for (int i = place;
        i < entries.size()
            && entries.get(i).entry() instanceof ToolOutcome(var call, var result, _);
        i++) {
      boolean alone = result.status() == ToolResult.Status.DENIED;
      if (result.status() != ToolResult.Status.NOT_RUN && (together.isEmpty() || !alone)) {
        together.add(call.id());
      }
      if (alone) {
        break;
      }
    }
    transcript.pending().stream()
        .map(PendingCall::call)
        .filter(call -> together.contains(call.id()))
        .forEach(this::start);
  }

  private void start(ToolCall call) {
    if (started.add(call.id())) {
      listener.accept(new AgentEvent.ToolStarted(asRun(call)));
    }
  }

  private void openTurn() {
    if (!inTurn) {
      listener.accept(new AgentEvent.TurnStarted(transcript.turns() + 1));
      inTurn = true;
    }
  }

  /** A turn that a switch of the model had opened and that no model answered. */
  private void closeTurn() {
    if (inTurn) {
      listener.accept(new AgentEvent.TurnFinished(transcript.turns() + 1, new TurnEnd.Cancelled()));
      inTurn = false;
    }
  }

  /** A run of which nothing is under way but a call that somebody is to decide about. */
  private Optional<RunEnd> waiting() {
    Set<String> pending = new HashSet<>();
    for (PendingCall open : transcript.pending()) {
      if (started.contains(open.call().id())) {
        return Optional.empty();
      }
      pending.add(transcript.turns() + "/" + open.call().id());
    }
    return ApprovalLedger.of(entries).all().stream()
        .filter(approval -> !approval.used() && approval.decided().isEmpty())
        .map(ApprovalLedger.Approval::request)
        .filter(request -> pending.contains(request.callId()))
        .findFirst()
        .map(
            request ->
                new RunEnd.Waiting(
                    request.id(),
                    transcript.lastText(),
                    ApprovalStage.waits(request, ChildIds.root(runId))));
  }

  private RunEnd noEnd() {
    return new RunEnd.Failed(
        Problem.of("E541", Problem.Category.RUN, "the journal of run " + runId + " has no end")
            .from("its process died, or still runs")
            .help("go on with it: stigmer resume " + runId),
        transcript.lastText());
  }
}
