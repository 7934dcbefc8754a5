package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.permission.Examination;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.permission.Permissions;
import ai.stigmer.graphton.permission.Verdict;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy;
import ai.stigmer.graphton.workspace.Workspace;
import java.util.List;

/** Which calls run, need an approval or are refused: by the rules and the mode of the run. */
public final class RulePolicy implements ToolPolicy {
  /** In characters: what stands in one line of a message. */
  private static final int LONGEST = 500;

  private final Permissions permissions;
  private final String scope;

  private RulePolicy(Permissions permissions, String scope) {
    this.permissions = requireNonNull(permissions, "permissions is null");
    this.scope = requireNonNull(scope, "scope is null");
  }

  /**
   * The policy of a run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E130} when its workspace cannot be
   *     used
   */
  public static ToolPolicy of(RunEnvironment environment) {
    return environment.permissions().mode() == Mode.PLAN
        ? new PlanPolicy(environment)
        : asIs(environment);
  }

  /** The policy of its rules and its mode alone. */
  static RulePolicy asIs(RunEnvironment environment) {
    return new RulePolicy(
        environment.inEffect().over(Workspace.open(environment.workspace())),
        "workspace " + environment.workspace() + ", policy " + environment.inEffect().hash());
  }

  @Override
  public Decision decide(Tool tool, ToolCall call) {
    Examination seen = permissions.examine(tool, call);
    return switch (seen.verdict()) {
      case ALLOW -> new Decision.Allow();
      case ASK -> new Decision.Ask(because(seen) + others(seen));
      case DENY ->
          new Decision.Deny(
              "denied by the user's permissions, "
                  + because(seen)
                  + ". Nothing of the call ran. Do not try it in another way: go on without it, or"
                  + " tell the user what you need");
    };
  }

  /** Changes with mode and rules, so that what was approved under others is asked again. */
  @Override
  public String scope() {
    return scope;
  }

  /** What else of the call is asked for: nobody is to approve a part and get the whole. */
  private static String others(Examination seen) {
    List<String> others =
        seen.parts().stream()
            .filter(part -> part.verdict() == Verdict.ASK)
            .skip(1)
            .map(Examination.Part::text)
            .toList();
    if (others.isEmpty()) {
      return "";
    }
    String all = String.join("; ", others);
    return "; and: "
        + (all.length() <= LONGEST ? all : others.size() + " more parts, too long for one line");
  }

  private static String because(Examination seen) {
    Examination.Part part = seen.decisive();
    return part.why() + ": " + part.text();
  }
}
