package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.loop.Permission;
import java.util.function.Consumer;

/**
 * How the caller follows and steers a run.
 *
 * @param listener sees every event, on the run's thread
 * @param permission decides about each tool call before it runs
 * @param cancel ends the run in order
 */
public record RunControl(Consumer<AgentEvent> listener, Permission permission, CancelToken cancel) {
  public RunControl {
    requireNonNull(listener, "listener is null");
    requireNonNull(permission, "permission is null");
    requireNonNull(cancel, "cancel is null");
  }
}
