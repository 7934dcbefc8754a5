package ai.stigmer.runner;

import ai.stigmer.graphton.RecordedOutcomes;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy;
import java.util.List;
import java.util.Optional;

/*
 * The outcome of the approved call is what ends mode plan, and it is in the journal before it is heard of here. Whoever
 * resumes the run hears of the same outcome, so mode plan ends once, and never without an approval that was used up.
 */
/**
 * Mode {@code plan} until a plan is approved, and the mode of the approval from then on.
 *
 * <p>Thread contract: thread-safe; sub-agents ask while the run itself waits for them.
 */
final class PlanPolicy implements ToolPolicy {
  private final RunEnvironment environment;
  private volatile RulePolicy now;
  private volatile Optional<Mode> approved = Optional.empty();

  PlanPolicy(RunEnvironment environment) {
    this.environment = environment;
    this.now = RulePolicy.asIs(environment);
  }

  /** What decides in a run of mode {@code plan} by now. */
  static RunPermissions now(RunEnvironment environment, List<Recorded> entries) {
    var policy = new PlanPolicy(environment);
    RecordedOutcomes.tell(entries, policy);
    return policy
        .approved
        .map(environment.permissions()::withMode)
        .orElse(environment.permissions());
  }

  @Override
  public Decision decide(Tool tool, ToolCall call) {
    if (!PresentPlan.isIn(call)) {
      return now.decide(tool, call);
    }
    return approved.isPresent()
        ? new Decision.Deny("the user has approved a plan before: carry it out")
        : new Decision.Ask("mode plan ends when you approve the plan");
  }

  @Override
  public void outcome(ToolCall call, ToolResult result) {
    Optional<Mode> mode = PresentPlan.mode(call);
    if (PresentPlan.isIn(call) && result.status() == ToolResult.Status.OK && mode.isPresent()) {
      now = RulePolicy.asIs(environment.with(environment.permissions().withMode(mode.get())));
      approved = mode;
    }
  }

  @Override
  public String scope() {
    return now.scope();
  }
}
