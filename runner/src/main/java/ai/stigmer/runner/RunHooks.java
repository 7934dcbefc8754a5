package ai.stigmer.runner;

import ai.stigmer.config.HookSetting;
import ai.stigmer.config.Resolved;
import java.util.List;

/**
 * The user's commands beside the tools of a run, each list in its order. They are not recorded: a
 * run that goes on has those of today.
 *
 * @param beforeTool may deny a call
 * @param afterTool are told of a call's result
 * @param stop are told of the run's end
 */
public record RunHooks(
    List<HookSetting> beforeTool, List<HookSetting> afterTool, List<HookSetting> stop) {

  public RunHooks {
    beforeTool = List.copyOf(beforeTool);
    afterTool = List.copyOf(afterTool);
    stop = List.copyOf(stop);
  }

  /** Those of a configuration. */
  public static RunHooks of(Resolved configuration) {
    return new RunHooks(
        configuration.hooksBeforeTool(), configuration.hooksAfterTool(), configuration.hooksStop());
  }
}
