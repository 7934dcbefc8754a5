package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.redaction.Redactor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The way of events to the one listener. It remembers what is open, so that a run that breaks off
 * still closes everything it started.
 *
 * <p>Thread: the run's only.
 */
final class EventSink {
  private static final int NO_TURN = 0;

  private final Consumer<AgentEvent> listener;
  private final Redactor redactor;
  private final Map<String, ToolCall> openTools = new LinkedHashMap<>();
  private int openTurn = NO_TURN;
  private boolean listening = true;

  EventSink(Consumer<AgentEvent> listener, Redactor redactor) {
    this.listener = listener;
    this.redactor = redactor;
  }

  void send(AgentEvent event) {
    note(event);
    if (listening) {
      try {
        listener.accept(redactor.record(event));
      } catch (RuntimeException e) {
        listening = false;
      }
    }
  }

  /** Closes what a run that broke off left open. */
  void closeOpen() {
    if (openTurn != NO_TURN) {
      send(new AgentEvent.TurnFinished(openTurn, new TurnEnd.Cancelled()));
    }
    for (ToolCall call : List.copyOf(openTools.values())) {
      send(
          new AgentEvent.ToolFinished(
              call,
              new ToolResult(ToolResult.Status.UNKNOWN, "The run broke off during this call."),
              AgentEvent.ToolFinished.NOT_RECORDED));
    }
  }

  private void note(AgentEvent event) {
    switch (event) {
      case AgentEvent.TurnStarted started -> openTurn = started.turn();
      case AgentEvent.TurnFinished finished -> openTurn = NO_TURN;
      case AgentEvent.ToolStarted started -> openTools.put(started.call().id(), started.call());
      case AgentEvent.ToolFinished finished -> openTools.remove(finished.call().id());
      case AgentEvent.RunStarted started -> {}
      case AgentEvent.TextDelta delta -> {}
      case AgentEvent.ThinkingDelta delta -> {}
      case AgentEvent.Retrying retrying -> {}
      case AgentEvent.ModelSwitched switched -> {}
      case AgentEvent.Child child -> {}
      case AgentEvent.ApprovalRequested requested -> {}
      case AgentEvent.ApprovalDecided decided -> {}
      case AgentEvent.Compacted compacted -> {}
      case AgentEvent.Notice notice -> {}
      case AgentEvent.RunFinished finished -> {}
    }
  }
}
