package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.MessageType;
import ai.stigmer.agentic.agentexecution.v1.SubAgentExecution;
import ai.stigmer.agentic.agentexecution.v1.SubAgentStatus;
import ai.stigmer.agentic.agentexecution.v1.ToolCallStatus;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/*
 * Journal entries and events tell the same facts, so both are folded by the same methods: a status that was read from a
 * journal goes on with the events of the run. What an event with a sequence number tells is in the journal by then;
 * text that still streams is shown and not kept.
 */
/**
 * What the status of an execution says, folded from the journal of its run and from its events.
 *
 * <p>Thread contract: not thread-safe; what {@link #status} returns is immutable.
 */
public final class StatusFold {
  /** The most characters of one text; what is cut stands in the journal. */
  static final int LONGEST_TEXT = 65_536;

  private final InstantSource clock;
  private final AgentExecutionStatus.Builder status;
  private final StringBuilder streaming = new StringBuilder();
  private final Map<String, Integer> calls = new HashMap<>();
  private final Map<String, int[]> places = new HashMap<>();
  private final Map<String, Integer> children = new HashMap<>();

  /** The status of a run that has not begun. */
  public StatusFold(InstantSource clock) {
    this.clock = clock;
    this.status = AgentExecutionStatus.newBuilder().setPhase(ExecutionPhase.EXECUTION_PENDING);
  }

  /** The status of a run as far as its journal goes. */
  public static StatusFold of(List<Recorded> entries, InstantSource clock) {
    var fold = new StatusFold(clock);
    entries.forEach(fold::add);
    return fold;
  }

  /** As it is now. */
  public AgentExecutionStatus status() {
    if (streaming.isEmpty()) {
      return status.build();
    }
    return status
        .clone()
        .addMessages(message(MessageType.MESSAGE_AI, streaming.toString(), clock.instant()))
        .build();
  }

  /** The status of a run that never began, because of what is wrong with it. */
  public void failed(String error) {
    begun(clock.instant());
    ended(ExecutionPhase.EXECUTION_FAILED, error, clock.instant());
  }

  /** Somebody cancelled the run before it began. */
  public void cancelled() {
    ended(ExecutionPhase.EXECUTION_CANCELLED, "", clock.instant());
  }

  /** Puts a report of somebody else over what was folded so far, as {@link StatusMerge} says. */
  public void merge(AgentExecutionStatus report) {
    AgentExecutionStatus merged = StatusMerge.of(status.build(), report);
    status.clear().mergeFrom(merged);
    calls.clear();
    places.clear();
    children.clear();
    for (int i = 0; i < status.getToolCallsCount(); i++) {
      calls.put(status.getToolCalls(i).getId(), i);
    }
    for (int i = 0; i < status.getMessagesCount(); i++) {
      for (int j = 0; j < status.getMessages(i).getToolCallsCount(); j++) {
        places.put(status.getMessages(i).getToolCalls(j).getId(), new int[] {i, j});
      }
    }
    for (int i = 0; i < status.getSubAgentExecutionsCount(); i++) {
      children.put(status.getSubAgentExecutions(i).getId(), i);
    }
  }

  /**
   * Adds an event.
   *
   * @return whether the journal holds what it tells; false for text that streams, and for words
   *     that change nothing
   */
  public boolean add(AgentEvent event) {
    Instant now = clock.instant();
    return switch (event) {
      case AgentEvent.RunStarted _ -> begun(now);
      case AgentEvent.TextDelta delta -> streamed(delta.text());
      case AgentEvent.Retrying _, AgentEvent.ModelSwitched _ -> discarded();
      case AgentEvent.TurnFinished finished ->
          switch (finished.end()) {
            case TurnEnd.Answered(ModelTurn turn, long _) -> answered(turn, now);
            case TurnEnd.Failed _, TurnEnd.Cancelled _ -> discarded();
          };
      case AgentEvent.ToolStarted started -> started(started.call(), now);
      case AgentEvent.ToolFinished finished -> finished(finished.call(), finished.result(), now);
      case AgentEvent.Child child -> child(child, now);
      case AgentEvent.RunFinished finished -> ended(finished.result().end(), now);
      case AgentEvent.TurnStarted _,
          AgentEvent.ThinkingDelta _,
          AgentEvent.ApprovalRequested _,
          AgentEvent.ApprovalDecided _,
          AgentEvent.Compacted _,
          AgentEvent.Notice _ ->
          false;
    };
  }

  /** Adds the next entry of the run's journal. */
  public void add(Recorded recorded) {
    Instant time = recorded.time();
    switch (recorded.entry()) {
      case JournalEntry.RunStarted started -> {
        begun(time);
        said(started.input(), time);
      }
      case JournalEntry.RunForked _ -> forgetThePast(time);
      case JournalEntry.UserMessage message -> said(message.text(), time);
      case JournalEntry.RunResumed _ -> goesOn();
      case JournalEntry.Turn turn -> answered(turn.turn(), time);
      case JournalEntry.ToolIntent intent -> started(intent.call(), time);
      case JournalEntry.ToolOutcome outcome -> finished(outcome.call(), outcome.result(), time);
      case JournalEntry.ChildStarted child ->
          childStarted(child.childRunId(), child.agent(), child.call(), time);
      case JournalEntry.ChildFinished child -> childFinished(child.childRunId(), child.end(), time);
      case JournalEntry.RunFinished finished -> ended(finished.end(), time);
      case JournalEntry.ApprovalRequested _,
          JournalEntry.ApprovalDecided _,
          JournalEntry.ModelSwitched _,
          JournalEntry.Compacted _,
          JournalEntry.CompactionFailed _,
          JournalEntry.ResultKept _,
          JournalEntry.WorkspaceSaved _,
          JournalEntry.AttemptFailed _ -> {}
    }
  }

  /** What the user says first; an event does not tell it. */
  public void said(String text, Instant time) {
    status.addMessages(message(MessageType.MESSAGE_HUMAN, text, time));
  }

  private boolean begun(Instant time) {
    goesOn();
    if (status.getStartedAt().isEmpty()) {
      status.setStartedAt(text(time));
    }
    return true;
  }

  private void goesOn() {
    status.setPhase(ExecutionPhase.EXECUTION_IN_PROGRESS).clearCompletedAt().clearError();
  }

  /** The entries so far are those of another execution of the session. */
  private void forgetThePast(Instant time) {
    status.clear();
    calls.clear();
    places.clear();
    children.clear();
    begun(time);
  }

  private boolean streamed(String text) {
    if (streaming.length() < LONGEST_TEXT) {
      streaming.append(text);
    }
    return false;
  }

  private boolean discarded() {
    streaming.setLength(0);
    return false;
  }

  private boolean answered(ModelTurn turn, Instant time) {
    streaming.setLength(0);
    AgentMessage.Builder message = message(MessageType.MESSAGE_AI, turn.text(), time).toBuilder();
    for (ToolCall call : turn.calls()) {
      var pending =
          ai.stigmer.agentic.agentexecution.v1.ToolCall.newBuilder()
              .setId(call.id())
              .setName(call.name())
              .setArgs(Structs.of(call.arguments()))
              .setStatus(ToolCallStatus.TOOL_CALL_PENDING)
              .build();
      places.put(call.id(), new int[] {status.getMessagesCount(), message.getToolCallsCount()});
      calls.put(call.id(), status.getToolCallsCount());
      message.addToolCalls(pending);
      status.addToolCalls(pending);
    }
    status.addMessages(message);
    return true;
  }

  private boolean started(ToolCall call, Instant time) {
    Integer at = calls.get(call.id());
    if (at == null) {
      return false;
    }
    var known = status.getToolCalls(at);
    if (!known.getStartedAt().isEmpty()) {
      return false;
    }
    put(
        known.toBuilder()
            .setStatus(ToolCallStatus.TOOL_CALL_RUNNING)
            .setStartedAt(text(time))
            .build());
    return true;
  }

  private boolean finished(ToolCall call, ToolResult result, Instant time) {
    Integer at = calls.get(call.id());
    if (at == null) {
      return false;
    }
    boolean good = result.status() == ToolResult.Status.OK;
    var done = status.getToolCalls(at).toBuilder().setCompletedAt(text(time));
    if (done.getStartedAt().isEmpty()) {
      done.setStartedAt(text(time));
    }
    String text = cut(result.text());
    put(
        good
            ? done.setStatus(ToolCallStatus.TOOL_CALL_COMPLETED).setResult(text).build()
            : done.setStatus(ToolCallStatus.TOOL_CALL_FAILED).setError(text).build());
    status.addMessages(message(MessageType.MESSAGE_TOOL, text, time));
    if (good && call.name().equals(Todos.TOOL)) {
      Map<String, ai.stigmer.agentic.agentexecution.v1.TodoItem> before = status.getTodosMap();
      status.clearTodos().putAllTodos(Todos.of(call.arguments(), before, text(time)));
    }
    return true;
  }

  private void put(ai.stigmer.agentic.agentexecution.v1.ToolCall call) {
    status.setToolCalls(calls.getOrDefault(call.getId(), -1), call);
    int[] place = places.get(call.getId());
    if (place != null) {
      status.getMessagesBuilder(place[0]).setToolCalls(place[1], call);
    }
  }

  private boolean child(AgentEvent.Child child, Instant now) {
    return switch (child.event()) {
      case AgentEvent.RunStarted _ -> childStarted(child.runId(), child.agent(), child.call(), now);
      case AgentEvent.RunFinished finished ->
          childFinished(child.runId(), finished.result().end(), now);
      default -> false;
    };
  }

  private boolean childStarted(String runId, String agent, String call, Instant time) {
    if (children.containsKey(runId)) {
      return false;
    }
    children.put(runId, status.getSubAgentExecutionsCount());
    Integer at = calls.get(call);
    String input =
        at == null
            ? ""
            : status
                .getToolCalls(at)
                .getArgs()
                .getFieldsMap()
                .getOrDefault("description", com.google.protobuf.Value.getDefaultInstance())
                .getStringValue();
    status.addSubAgentExecutions(
        SubAgentExecution.newBuilder()
            .setId(runId)
            .setName(agent)
            .setInput(cut(input))
            .setStatus(SubAgentStatus.SUB_AGENT_IN_PROGRESS)
            .setStartedAt(text(time)));
    return true;
  }

  private boolean childFinished(String runId, RunEnd end, Instant time) {
    Integer at = children.get(runId);
    if (at == null) {
      return false;
    }
    SubAgentExecution.Builder child = status.getSubAgentExecutionsBuilder(at);
    switch (end) {
      case RunEnd.Completed completed ->
          child.setStatus(SubAgentStatus.SUB_AGENT_COMPLETED).setOutput(cut(completed.text()));
      case RunEnd.Stopped stopped -> failed(child, stopped.text(), stopped.problem().message());
      case RunEnd.Failed failed -> failed(child, failed.text(), failed.problem().message());
      case RunEnd.Cancelled cancelled -> failed(child, cancelled.text(), "cancelled");
      case RunEnd.Waiting _, RunEnd.Yielded _ -> {
        return false;
      }
    }
    child.setCompletedAt(text(time));
    return true;
  }

  private static void failed(SubAgentExecution.Builder child, String output, String error) {
    child
        .setStatus(SubAgentStatus.SUB_AGENT_FAILED)
        .setOutput(cut(output))
        .setError(error.isEmpty() ? "failed" : error);
  }

  private boolean ended(RunEnd end, Instant time) {
    switch (end) {
      case RunEnd.Completed _ -> ended(ExecutionPhase.EXECUTION_COMPLETED, "", time);
      case RunEnd.Stopped stopped ->
          ended(ExecutionPhase.EXECUTION_FAILED, error(stopped.problem()), time);
      case RunEnd.Failed failed ->
          ended(ExecutionPhase.EXECUTION_FAILED, error(failed.problem()), time);
      case RunEnd.Cancelled _ -> ended(ExecutionPhase.EXECUTION_CANCELLED, "", time);
      case RunEnd.Waiting _, RunEnd.Yielded _ -> {
        return false;
      }
    }
    return true;
  }

  private void ended(ExecutionPhase phase, String error, Instant time) {
    streaming.setLength(0);
    status.setPhase(phase).setError(cut(error)).setCompletedAt(text(time));
  }

  private static String error(ai.stigmer.graphton.error.Problem problem) {
    var lines = new ArrayList<String>();
    lines.add(problem.code() + ": " + problem.message());
    problem.from().forEach(line -> lines.add("  from " + line));
    problem.help().forEach(line -> lines.add("  " + line));
    return String.join("\n", lines);
  }

  private static AgentMessage message(MessageType type, String content, Instant time) {
    return AgentMessage.newBuilder()
        .setType(type)
        .setContent(cut(content))
        .setTimestamp(text(time))
        .build();
  }

  static String cut(String text) {
    return text.length() <= LONGEST_TEXT
        ? text
        : text.substring(0, LONGEST_TEXT)
            + "\n[cut: "
            + (text.length() - LONGEST_TEXT)
            + " more characters stand in the journal]";
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
