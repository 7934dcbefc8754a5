package ai.stigmer.cli.screen;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.loop.Transcript;
import java.util.Locale;
import java.util.Optional;

/** How full the context is, in a line for people. */
public final class ContextLine {
  private ContextLine() {}

  static String compacted(AgentEvent.Compacted event) {
    return compacted(event.messages(), event.before(), event.after(), event.window());
  }

  /** That a summary took the place of so many messages; the rest is in tokens. */
  public static String compacted(int messages, long before, long after, long window) {
    return String.format(
        Locale.ROOT,
        "context: %,d messages were summarised, %,d → %,d tokens of a window of %,d",
        messages,
        before,
        after,
        window);
  }

  /** The size of the next prompt; empty when the run has not answered yet. */
  public static Optional<String> of(Transcript run) {
    if (run.turns() == 0) {
      return Optional.empty();
    }
    String summaries =
        switch (run.compactions()) {
          case 0 -> "";
          case 1 -> ", summarised once";
          default -> ", summarised " + run.compactions() + " times";
        };
    return Optional.of(
        String.format(
            Locale.ROOT,
            "context %,d tokens in the next prompt%s%n",
            run.promptTokens(),
            summaries));
  }
}
