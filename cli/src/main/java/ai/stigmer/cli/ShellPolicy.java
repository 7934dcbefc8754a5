package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy;
import ai.stigmer.runner.ShellPermission;
import java.nio.file.Path;

/**
 * Which calls need an approval: commands, unless {@code --allow-shell} was given. Other tools stay
 * within the workspace and need none.
 */
record ShellPolicy(ShellPermission permission, Path workspace) implements ToolPolicy {
  private static final String SHELL = "execute";

  /** Counts up when the rules change, so that what was approved under others is asked again. */
  private static final int VERSION = 1;

  ShellPolicy {
    requireNonNull(permission, "permission is null");
    requireNonNull(workspace, "workspace is null");
  }

  @Override
  public Decision decide(Tool tool, ToolCall call) {
    return permission == ShellPermission.ALLOW || !tool.spec().name().equals(SHELL)
        ? new Decision.Allow()
        : new Decision.Ask("commands need an approval");
  }

  @Override
  public String scope() {
    return "workspace " + workspace + ", policy " + VERSION;
  }
}
