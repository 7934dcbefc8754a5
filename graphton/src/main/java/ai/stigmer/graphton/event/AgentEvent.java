package ai.stigmer.graphton.event;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelFailure;
import java.time.Duration;

/**
 * One step of a run as a subscriber sees it.
 *
 * <p>The event laws: the first event is {@link RunStarted} and the last {@link RunFinished}, each
 * exactly once; every {@link TurnStarted} is closed by exactly one {@link TurnFinished} of the same
 * turn and every {@link ToolStarted} by exactly one {@link ToolFinished} of the same call; deltas
 * stand only within their turn; a tool runs only outside a turn. A {@code seq} names the journal
 * entry that is durable by the time the event is shown. An approval is requested and decided
 * outside of turns; one that was requested before an interruption is decided without being
 * requested again. A compaction stands outside of turns and calls.
 *
 * <p>Deltas count only once their turn is answered. A {@link Retrying} or {@link ModelSwitched}
 * stands within its turn and voids the deltas that its turn has shown since it started or since the
 * last of these; it says how many characters these were. Attempts count from 1, for each model
 * anew. A turn that does not end as answered voids what is left.
 */
public sealed interface AgentEvent {

  /** The run begins, or goes on after an interruption. */
  record RunStarted(String runId, long seq, Beginning beginning) implements AgentEvent {
    public RunStarted {
      requireNonNull(runId, "runId is null");
      requireNonNull(beginning, "beginning is null");
    }
  }

  /** Whether a run is new. */
  enum Beginning {
    NEW,
    RESUMED
  }

  /** The model is asked; turns count from 1. */
  record TurnStarted(int turn) implements AgentEvent {}

  /** More text of the answer. */
  record TextDelta(int turn, String text) implements AgentEvent {
    public TextDelta {
      requireNonNull(text, "text is null");
    }
  }

  /** More thinking. */
  record ThinkingDelta(int turn, String text) implements AgentEvent {
    public ThinkingDelta {
      requireNonNull(text, "text is null");
    }
  }

  /**
   * The call failed, and the same one is made again after a wait.
   *
   * @param attempt which retry of this turn's call, from 1
   * @param of the most retries of one call
   * @param left what is left for retries of this call after the wait
   * @param why one line for people
   * @param discarded how many characters of text and thinking were shown and are void
   */
  record Retrying(
      int turn,
      int attempt,
      int of,
      Duration delay,
      Duration left,
      String why,
      ModelFailure failure,
      long discarded)
      implements AgentEvent {
    public Retrying {
      requireNonNull(delay, "delay is null");
      requireNonNull(left, "left is null");
      requireNonNull(why, "why is null");
      requireNonNull(failure, "failure is null");
    }
  }

  /**
   * Another model is asked from here on, with retries of its own.
   *
   * @param from the model that was asked so far, as {@code provider/model}
   * @param to the model that is asked next, likewise
   * @param why one line for people
   * @param discarded how many characters of text and thinking were shown and are void
   */
  record ModelSwitched(int turn, String from, String to, String why, long seq, long discarded)
      implements AgentEvent {
    public ModelSwitched {
      requireNonNull(from, "from is null");
      requireNonNull(to, "to is null");
      requireNonNull(why, "why is null");
    }
  }

  /** The model has answered, failed, or was cancelled. */
  record TurnFinished(int turn, TurnEnd end) implements AgentEvent {
    public TurnFinished {
      requireNonNull(end, "end is null");
    }
  }

  /** How a turn ended. */
  sealed interface TurnEnd {
    record Answered(ModelTurn turn, long seq) implements TurnEnd {}

    record Failed(ModelFailure failure) implements TurnEnd {}

    record Cancelled() implements TurnEnd {}
  }

  /** A call waits for somebody's word. */
  record ApprovalRequested(ApprovalRequest request, long seq) implements AgentEvent {
    public ApprovalRequested {
      requireNonNull(request, "request is null");
    }
  }

  /**
   * Somebody has decided about a call that waited.
   *
   * @param by who decided, for people
   */
  record ApprovalDecided(ApprovalRequest request, ApprovalDecision decision, String by, long seq)
      implements AgentEvent {
    public ApprovalDecided {
      requireNonNull(request, "request is null");
      requireNonNull(decision, "decision is null");
      requireNonNull(by, "by is null");
    }
  }

  /**
   * A summary stands in for the oldest messages from here on. Stands outside of turns and calls.
   *
   * @param messages how many messages it stands for
   * @param before tokens of the prompt before, as it was reckoned
   * @param after tokens of the prompt from here on, likewise
   * @param window tokens of the model's context window
   */
  record Compacted(int messages, long before, long after, long window, long seq)
      implements AgentEvent {}

  /**
   * A tool call is being served.
   *
   * @param call as it is run: with the arguments that somebody put in the place of the model's
   */
  record ToolStarted(ToolCall call) implements AgentEvent {
    public ToolStarted {
      requireNonNull(call, "call is null");
    }
  }

  /**
   * A tool call has its result.
   *
   * @param call as it was run
   */
  record ToolFinished(ToolCall call, ToolResult result, long seq) implements AgentEvent {

    /** Stands for a result that the journal does not hold, because the run broke off. */
    public static final long NOT_RECORDED = 0;

    public ToolFinished {
      requireNonNull(call, "call is null");
      requireNonNull(result, "result is null");
    }
  }

  /**
   * Something happened in the run of a sub-agent that serves a call. Stands between that call's
   * start and end, and so on inwards; the events of one child obey these laws for themselves.
   *
   * @param call the id of the call
   * @param runId the child's run
   * @param agent the sub-agent's name
   */
  record Child(String call, String runId, String agent, AgentEvent event) implements AgentEvent {
    public Child {
      requireNonNull(call, "call is null");
      requireNonNull(runId, "runId is null");
      requireNonNull(agent, "agent is null");
      requireNonNull(event, "event is null");
    }
  }

  /** A word to the user that changes nothing. */
  record Notice(String code, String text) implements AgentEvent {
    public Notice {
      requireNonNull(code, "code is null");
      requireNonNull(text, "text is null");
    }
  }

  /** The run is over, or cannot go on for now. */
  record RunFinished(RunResult result) implements AgentEvent {
    public RunFinished {
      requireNonNull(result, "result is null");
    }
  }
}
