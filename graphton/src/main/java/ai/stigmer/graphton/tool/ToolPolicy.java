package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolCall;

/**
 * Decides whether a tool may run, before anything of the call is journaled or done. Asked on the
 * thread that runs the agent or one of its sub-agents, so at several at the same time; it may block
 * to ask a person.
 */
@FunctionalInterface
public interface ToolPolicy {

  /** Lets every tool run. */
  ToolPolicy ALLOW_ALL = (tool, call) -> new Decision.Allow();

  Decision decide(Tool tool, ToolCall call);

  /** What was decided. */
  sealed interface Decision {
    /** The tool may run. */
    record Allow() implements Decision {}

    /** The tool may not run; the reason is told to the model. */
    record Deny(String reason) implements Decision {
      public Deny {
        requireNonNull(reason, "reason is null");
      }
    }
  }
}
