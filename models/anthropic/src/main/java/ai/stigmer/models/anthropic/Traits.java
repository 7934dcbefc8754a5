package ai.stigmer.models.anthropic;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model takes, read from its id, as of 2026-11-20. A newer id of a known form is taken for a
 * model of the newest generation; of an id of another form nothing is known and nothing is asked.
 *
 * @param thinking how thinking is controlled
 * @param display whether the model leaves its thinking out unless a summary is asked for
 * @param binding whether its thinking is bound to what stands before it
 */
record Traits(Thinking thinking, boolean display, boolean binding) {

  /** How thinking is controlled. */
  enum Thinking {
    /** Not at all. */
    NONE,
    /** By a budget of tokens; off unless asked for. */
    BUDGET,
    /** By effort; it can be switched off. */
    ADAPTIVE,
    /** By effort; thinking before the first tool call can be switched off. */
    BETWEEN_TOOLS,
    /** By effort; it cannot be switched off. */
    ALWAYS
  }

  private static final Pattern ID =
      Pattern.compile("claude-([a-z]+)-(\\d{1,2})(?:-(\\d{1,2}))?(?:-\\d{8})?");
  private static final int FIRST_WITH_EFFORT = 46;
  private static final int FIRST_WITHOUT_DISPLAY = 47;
  private static final int FIRST_BINDING = 51;
  private static final int NEWEST = 55;

  static Traits of(String model) {
    Matcher id = ID.matcher(model);
    if (!id.matches()) {
      return new Traits(Thinking.NONE, false, false);
    }
    String minor = id.group(3);
    int version =
        Integer.parseInt(id.group(2)) * 10 + (minor == null ? 0 : Integer.parseInt(minor));
    return new Traits(
        thinking(id.group(1), version), version >= FIRST_WITHOUT_DISPLAY, version >= FIRST_BINDING);
  }

  private static Thinking thinking(String family, int version) {
    if (version < FIRST_WITH_EFFORT) {
      return Thinking.BUDGET;
    }
    return switch (family) {
      case "fable" -> Thinking.ALWAYS;
      case "opus" -> version >= NEWEST ? Thinking.ALWAYS : Thinking.ADAPTIVE;
      case "sonnet" -> version >= NEWEST ? Thinking.BETWEEN_TOOLS : Thinking.ADAPTIVE;
      case "haiku" -> Thinking.ADAPTIVE;
      default -> Thinking.ALWAYS;
    };
  }
}
