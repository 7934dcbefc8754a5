package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;

/**
 * Decides whether a tool may run, before anything of the call is journaled or done. Asked on the
 * thread that runs the agent or one of its sub-agents, so at several at the same time, and again
 * after each interruption; what somebody has decided by then is not asked again.
 */
@FunctionalInterface
public interface ToolPolicy {

  /** Lets every tool run. */
  ToolPolicy ALLOW_ALL = (tool, call) -> new Decision.Allow();

  Decision decide(Tool tool, ToolCall call);

  /**
   * What an approval holds for besides its call, for example the workspace and the version of the
   * rules. When it changes, what was approved before is asked again.
   */
  default String scope() {
    return "";
  }

  /**
   * Hears what became of a call of the run itself or of a sub-agent, when that is durable. A run
   * that goes on tells the recorded outcomes of the run itself first, in their order.
   *
   * @param call as it was run, with the arguments that somebody put in the place of the model's
   */
  default void outcome(ToolCall call, ToolResult result) {}

  /** What was decided. */
  sealed interface Decision {
    /** The tool may run. */
    record Allow() implements Decision {}

    /** Somebody has to approve the call first; the reason is told to them, in one line. */
    record Ask(String why) implements Decision {
      public Ask {
        requireNonNull(why, "why is null");
      }
    }

    /** The tool may not run; the reason is told to the model. */
    record Deny(String reason) implements Decision {
      public Deny {
        requireNonNull(reason, "reason is null");
      }
    }
  }
}
