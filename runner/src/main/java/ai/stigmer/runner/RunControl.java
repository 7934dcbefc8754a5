package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.loop.Permission;
import ai.stigmer.graphton.subagent.Handover;
import ai.stigmer.mcp.ChangedTools;
import java.util.function.Consumer;

/**
 * How the caller follows and steers a run.
 *
 * @param listener sees every event, on the run's thread
 * @param permission decides about each tool call before it runs
 * @param cancel ends the run in order
 * @param changed decides about an MCP server whose tools are not those that were accepted
 * @param hooks the user's commands beside the tools
 * @param handover who has the runs of its sub-agents driven
 */
public record RunControl(
    Consumer<AgentEvent> listener,
    Permission permission,
    CancelToken cancel,
    ChangedTools changed,
    RunHooks hooks,
    Handover handover) {
  public RunControl {
    requireNonNull(listener, "listener is null");
    requireNonNull(permission, "permission is null");
    requireNonNull(cancel, "cancel is null");
    requireNonNull(changed, "changed is null");
    requireNonNull(hooks, "hooks is null");
    requireNonNull(handover, "handover is null");
  }

  /** Control of a run whose sub-agents are driven where it is. */
  public RunControl(
      Consumer<AgentEvent> listener,
      Permission permission,
      CancelToken cancel,
      ChangedTools changed,
      RunHooks hooks) {
    this(listener, permission, cancel, changed, hooks, Handover.NONE);
  }

  /** Control that refuses changed tools. */
  public RunControl(
      Consumer<AgentEvent> listener, Permission permission, CancelToken cancel, RunHooks hooks) {
    this(listener, permission, cancel, ChangedTools.REFUSE, hooks);
  }

  /** The same with somebody who has the runs of sub-agents driven. */
  RunControl handingOver(Handover other) {
    return new RunControl(listener, permission, cancel, changed, hooks, other);
  }
}
