package ai.stigmer.graphton.event;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import java.util.Optional;

/** The end of a run. Only {@link Completed} is final; the others can be resumed. */
public sealed interface RunEnd {

  /** The final answer, or what there was of one. */
  String text();

  /** The model gave its final answer. */
  record Completed(String text) implements RunEnd {
    public Completed {
      requireNonNull(text, "text is null");
    }
  }

  /** A limit ended the run; the text is what there was by then. */
  record Stopped(Limit limit, String text, Problem problem) implements RunEnd {
    public Stopped {
      requireNonNull(limit, "limit is null");
      requireNonNull(text, "text is null");
      requireNonNull(problem, "problem is null");
    }
  }

  /** The run cannot go on. */
  record Failed(Problem problem, String text) implements RunEnd {
    public Failed {
      requireNonNull(problem, "problem is null");
      requireNonNull(text, "text is null");
    }
  }

  /**
   * The run waits for somebody's word. It has not ended, so this is not journaled; once there is a
   * decision, the run can go on.
   *
   * @param approval the request's id
   * @param problem what is waited for, and what to type
   */
  record Waiting(String approval, String text, Problem problem) implements RunEnd {
    public Waiting {
      requireNonNull(approval, "approval is null");
      requireNonNull(text, "text is null");
      requireNonNull(problem, "problem is null");
    }
  }

  /**
   * The run stopped between two steps for somebody else to go on with it. It has not ended, so this
   * is not journaled.
   *
   * @param awaited a sub-agent's run that others drive and that has to end first; empty when the
   *     run can go on at once
   */
  record Yielded(String text, Optional<String> awaited) implements RunEnd {
    public Yielded {
      requireNonNull(text, "text is null");
      requireNonNull(awaited, "awaited is null");
    }

    /** One that can go on at once. */
    public Yielded(String text) {
      this(text, Optional.empty());
    }
  }

  /** Somebody asked the run to stop. */
  record Cancelled(String text) implements RunEnd {
    public Cancelled {
      requireNonNull(text, "text is null");
    }
  }

  /** What can stop a run. */
  enum Limit {
    /** The number of model turns. */
    TURNS,
    /** The same call again and again. */
    LOOP,
    /** The model's output limit cut its answer. */
    MAX_TOKENS,
    /** The context window, when summaries do not make the conversation small enough. */
    CONTEXT,
    /** Answers of models in the whole tree. */
    MODEL_CALLS,
    /** Calls of tools in the whole tree. */
    TOOL_CALLS,
    /** Tokens of the whole tree. */
    TOKENS,
    /** Money for the whole tree. */
    COST,
    /** Running time of the whole tree. */
    WALL_TIME;

    /** Whether it is a budget that a run shares with its sub-agents. */
    public boolean isOfTree() {
      return switch (this) {
        case TURNS, LOOP, MAX_TOKENS, CONTEXT -> false;
        case MODEL_CALLS, TOOL_CALLS, TOKENS, COST, WALL_TIME -> true;
      };
    }
  }
}
