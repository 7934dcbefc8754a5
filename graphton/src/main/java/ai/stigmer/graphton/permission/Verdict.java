package ai.stigmer.graphton.permission;

/** What the rules say of a call, from the mildest to the strictest. */
public enum Verdict {
  ALLOW,
  ASK,
  DENY;

  /** The stricter of the two. */
  public Verdict and(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
