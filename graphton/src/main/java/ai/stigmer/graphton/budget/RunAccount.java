package ai.stigmer.graphton.budget;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.model.ChatModel;
import java.util.List;
import java.util.Optional;

/**
 * The account of a tree as one of its runs uses it.
 *
 * <p>Thread contract: thread-safe.
 *
 * @param run whose calls these are
 */
public record RunAccount(Account tree, String run) {
  public RunAccount {
    requireNonNull(tree, "tree is null");
    requireNonNull(run, "run is null");
  }

  /**
   * As {@link Account#reserve}.
   *
   * @return also empty when the token asks to yield while runs that others drive hold what is
   *     needed
   */
  public Optional<Account.Reservation> reserve(
      List<ChatModel> models, long promptTokens, CancelToken cancel) {
    return tree.reserve(run, models, promptTokens, cancel);
  }

  /** As {@link Account#hasRoomForTool}. */
  public boolean hasRoomForTool() {
    return tree.hasRoomForTool();
  }

  /** As {@link Account#admitsTool}. */
  public boolean admitsTool() {
    return tree.admitsTool(run);
  }

  /** As {@link Account#lost}. */
  public void lost(TurnUsage attempt) {
    tree.lost(attempt);
  }

  /** As {@link Account#stoppedElsewhere}. */
  public void stoppedElsewhere(RunEnd.Stopped end) {
    tree.stoppedElsewhere(end);
  }

  /** As {@link Account#breach}. */
  public Optional<Breach> breach() {
    return tree.breach();
  }

  /** As {@link Account#spent}. */
  public List<TurnUsage> spent() {
    return tree.spent();
  }
}
