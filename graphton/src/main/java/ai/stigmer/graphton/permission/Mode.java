package ai.stigmer.graphton.permission;

import java.util.Locale;

/** What happens to a call of which no rule speaks. Calls that only read run in every mode. */
public enum Mode {
  /** Whatever changes something is asked for. */
  ASK,
  /** Files of the workspace are changed without a question; the rest is asked for. */
  ALLOW_EDITS,
  /** Nothing is changed; the agent says what it would do. */
  PLAN,
  /** What is not allowed by a rule is denied, and nobody is asked. */
  DENY;

  /** As it is written in a configuration, for example {@code allow-edits}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
