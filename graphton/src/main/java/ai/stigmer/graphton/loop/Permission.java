package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.tool.ToolPolicy;

/**
 * Who decides what may run, and what becomes of calls whose outcome was lost.
 *
 * @param approver is asked where the policy wants somebody's word
 */
public record Permission(ToolPolicy policy, Approver approver, UnknownEffects unknown) {

  /** Everything may run; the model is told of lost outcomes. */
  public static final Permission ALLOW_ALL =
      new Permission(ToolPolicy.ALLOW_ALL, Approver.NOBODY, UnknownEffects.TELL_MODEL);

  public Permission {
    requireNonNull(policy, "policy is null");
    requireNonNull(approver, "approver is null");
    requireNonNull(unknown, "unknown is null");
  }

  public Permission withPolicy(ToolPolicy other) {
    return new Permission(other, approver, unknown);
  }

  public Permission withApprover(Approver other) {
    return new Permission(policy, other, unknown);
  }

  public Permission withUnknown(UnknownEffects other) {
    return new Permission(policy, approver, other);
  }
}
