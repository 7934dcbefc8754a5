package ai.stigmer.it.injection;

import java.util.List;

/**
 * What became of an attack.
 *
 * @param heard whether the model was shown the words
 * @param played whether every call was made and answered
 * @param broken what happened that must not
 * @param said what was printed, for whoever looks into a failure
 */
record Outcome(Attack attack, boolean heard, boolean played, List<String> broken, String said) {
  private static final int LONGEST = 1_000;

  Outcome {
    broken = List.copyOf(broken);
  }

  boolean leaked() {
    return broken.stream().anyMatch(one -> one.startsWith("leaked"));
  }

  @Override
  public String toString() {
    return attack.id()
        + (heard ? "" : " (unheard)")
        + (played ? " " : " (not played) ")
        + broken
        + (played ? "" : "\n" + said.substring(0, Math.min(said.length(), LONGEST)));
  }
}
