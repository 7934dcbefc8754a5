package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.FileState;
import java.util.List;
import java.util.Optional;

/** One thing that happened in a run. The list of them is all that a run is. */
public sealed interface JournalEntry {

  /**
   * The run begins.
   *
   * @param input the user's message
   * @param agent the agent's name
   * @param system the system text, frozen for the whole run
   * @param toolsHash SHA-256 of the offered tools, in hexadecimal; empty when whoever began the run
   *     does not drive it and has not seen them
   * @param environment what the caller needs to go on with the run, as JSON: resolved configuration
   *     with origins, agent definition, workspace; {@code {}} when it needs nothing
   */
  record RunStarted(String input, String agent, String system, String toolsHash, String environment)
      implements JournalEntry {
    public RunStarted {
      requireNonNull(input, "input is null");
      requireNonNull(agent, "agent is null");
      requireNonNull(system, "system is null");
      requireNonNull(toolsHash, "toolsHash is null");
      requireNonNull(environment, "environment is null");
    }
  }

  /** The run goes on after an interruption or an end that was not final. */
  record RunResumed(String owner) implements JournalEntry {
    public RunResumed {
      requireNonNull(owner, "owner is null");
    }
  }

  /** The model has answered. Durable before any tool of it starts. */
  record Turn(ModelTurn turn) implements JournalEntry {
    public Turn {
      requireNonNull(turn, "turn is null");
    }
  }

  /**
   * A tool that is not read-only is about to start. Durable before it does.
   *
   * @param call as it is run: with the arguments that somebody put in the place of the model's
   * @param prepared what the tool noted for settling the call after a crash
   * @param approval the approval that is used up by this call; each is used up once
   * @param before the file that it changes, for undo
   */
  record ToolIntent(
      ToolCall call,
      EffectClass effect,
      Optional<String> prepared,
      Optional<String> approval,
      Optional<FileState> before)
      implements JournalEntry {
    public ToolIntent {
      requireNonNull(before, "before is null");
      requireNonNull(approval, "approval is null");
      requireNonNull(call, "call is null");
      requireNonNull(effect, "effect is null");
      requireNonNull(prepared, "prepared is null");
    }

    /** A call that nobody was asked about. */
    public ToolIntent(ToolCall call, EffectClass effect, Optional<String> prepared) {
      this(call, effect, prepared, Optional.empty());
    }

    /** A call that changes no file that could be put back. */
    public ToolIntent(
        ToolCall call, EffectClass effect, Optional<String> prepared, Optional<String> approval) {
      this(call, effect, prepared, approval, Optional.empty());
    }
  }

  /**
   * A tool call has its result. Durable before the next step is decided.
   *
   * @param call as the model made it
   * @param approval the approval that the result used up, unless an intent has named it
   */
  record ToolOutcome(ToolCall call, ToolResult result, Optional<String> approval)
      implements JournalEntry {
    public ToolOutcome {
      requireNonNull(call, "call is null");
      requireNonNull(result, "result is null");
      requireNonNull(approval, "approval is null");
    }

    /** The result of a call that nobody was asked about. */
    public ToolOutcome(ToolCall call, ToolResult result) {
      this(call, result, Optional.empty());
    }
  }

  /** A call waits for somebody's word. Durable before anybody is asked. */
  record ApprovalRequested(ApprovalRequest request) implements JournalEntry {
    public ApprovalRequested {
      requireNonNull(request, "request is null");
    }
  }

  /**
   * Somebody has decided. Durable before anything follows from it.
   *
   * @param approval the request's id
   * @param by who decided, for people
   */
  record ApprovalDecided(String approval, ApprovalDecision decision, String by)
      implements JournalEntry {
    public ApprovalDecided {
      requireNonNull(approval, "approval is null");
      requireNonNull(decision, "decision is null");
      requireNonNull(by, "by is null");
    }
  }

  /**
   * The user said something more. Durable before the model is asked with it.
   *
   * @param number which message from the run's inbox it is, from 1; 0 when it came another way
   */
  record UserMessage(String text, int number) implements JournalEntry {
    public UserMessage {
      requireNonNull(text, "text is null");
    }

    /** A message that is not from the inbox. */
    public UserMessage(String text) {
      this(text, 0);
    }
  }

  /**
   * From here on another model is asked. Durable before it is.
   *
   * @param from the model that was asked so far, as {@code provider/model}
   * @param to the model that is asked next, likewise
   * @param why one line for people
   */
  record ModelSwitched(String from, String to, String why) implements JournalEntry {
    public ModelSwitched {
      requireNonNull(from, "from is null");
      requireNonNull(to, "to is null");
      requireNonNull(why, "why is null");
    }
  }

  /**
   * A sub-agent is about to begin. Durable before its run is.
   *
   * @param call the id of the call that it serves
   * @param childRunId its run
   * @param agent its name
   */
  record ChildStarted(String call, String childRunId, String agent) implements JournalEntry {
    public ChildStarted {
      requireNonNull(call, "call is null");
      requireNonNull(childRunId, "childRunId is null");
      requireNonNull(agent, "agent is null");
    }
  }

  /**
   * A sub-agent is done for good. Durable before the outcome of its call.
   *
   * @param turns answers of its model
   * @param spent what it and its own sub-agents used
   */
  record ChildFinished(String childRunId, RunEnd end, int turns, List<TurnUsage> spent)
      implements JournalEntry {
    public ChildFinished {
      requireNonNull(childRunId, "childRunId is null");
      requireNonNull(end, "end is null");
      spent = List.copyOf(spent);
    }
  }

  /**
   * The entries up to here are those of another run; from here on this run goes its own way.
   *
   * @param from the other run's id
   * @param at how many entries of it stand before this one, from 1
   */
  record RunForked(String from, long at) implements JournalEntry {
    public RunForked {
      requireNonNull(from, "from is null");
    }
  }

  /**
   * A call of the model failed after the provider had counted tokens for it. Nothing is decided by
   * it; it is money that was spent.
   */
  record AttemptFailed(TurnUsage spent) implements JournalEntry {
    public AttemptFailed {
      requireNonNull(spent, "spent is null");
    }
  }

  /**
   * From here on a text stands in for the oldest messages but the first one. Durable before the
   * model is asked without them; the entries that they come from stay.
   *
   * @param text the message that stands in for them
   * @param replaced how many messages behind the first one it stands for, at least 1
   * @param log what the tools did in all that is not shown any more
   * @param unbound providers whose kept turns lose their thinking, because they take it only behind
   *     the very messages that it was thought behind
   * @param before tokens of the prompt before, as it was reckoned
   * @param after tokens of the prompt from here on, likewise
   * @param window tokens of the model's context window
   * @param spent what the model used for the text
   */
  record Compacted(
      String text,
      int replaced,
      WorkLog log,
      List<String> unbound,
      long before,
      long after,
      long window,
      TurnUsage spent)
      implements JournalEntry {
    public Compacted {
      requireNonNull(text, "text is null");
      requireNonNull(log, "log is null");
      unbound = List.copyOf(unbound);
      requireNonNull(spent, "spent is null");
      if (replaced < 1) {
        throw new IllegalArgumentException("a compaction replaces at least one message");
      }
    }
  }

  /**
   * The model was asked for a summary, and what it said could not be used. The next try is another
   * one.
   *
   * @param why one line for people
   */
  record CompactionFailed(String why, TurnUsage spent) implements JournalEntry {
    public CompactionFailed {
      requireNonNull(why, "why is null");
      requireNonNull(spent, "spent is null");
    }
  }

  /**
   * The whole text of a result of which the outcome holds the beginning and the end. Durable with
   * the outcome; nothing is decided by it, the model may read it by its name.
   *
   * @param call the id of the call
   * @param name unique within the run
   */
  record ResultKept(String call, String name, String text) implements JournalEntry {
    public ResultKept {
      requireNonNull(call, "call is null");
      requireNonNull(name, "name is null");
      requireNonNull(text, "text is null");
    }
  }

  /**
   * What the run's folder held was kept where other machines find it. Nothing is decided by it;
   * whoever goes on on another machine begins with that content.
   *
   * @param snapshot its id in the store of workspaces
   */
  record WorkspaceSaved(String snapshot) implements JournalEntry {
    public WorkspaceSaved {
      requireNonNull(snapshot, "snapshot is null");
    }
  }

  /** The run ended. */
  record RunFinished(RunEnd end) implements JournalEntry {
    public RunFinished {
      requireNonNull(end, "end is null");
    }
  }
}
