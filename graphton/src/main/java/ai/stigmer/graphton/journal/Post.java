package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;

/** Word for the owner of a run, left by whoever is not its owner. */
public sealed interface Post {

  /** What it is about. Of all posts about the same, the first one counts. */
  String topic();

  /**
   * A decision about a call that waits.
   *
   * @param approval the request's id
   * @param hash the request's hash as the decider saw it
   * @param by who decided, for people
   */
  record Decision(String approval, String hash, ApprovalDecision decision, String by)
      implements Post {
    public Decision {
      requireNonNull(approval, "approval is null");
      requireNonNull(hash, "hash is null");
      requireNonNull(decision, "decision is null");
      requireNonNull(by, "by is null");
    }

    /** With the hash, so that a decision about something else cannot take the right one's place. */
    @Override
    public String topic() {
      return topic(approval, hash);
    }

    public static String topic(String approval, String hash) {
      return "approval/" + approval + "/" + hash;
    }
  }
}
