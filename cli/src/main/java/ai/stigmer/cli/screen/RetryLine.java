package ai.stigmer.cli.screen;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.Locale;

/** A retry, or a switch to another model, in one line for people. */
final class RetryLine {
  private static final int WHY = 200;

  private RetryLine() {}

  static String of(AgentEvent.Retrying retrying) {
    return String.format(
        Locale.ROOT,
        "retry %d of %d in %.1f s: %s: %s",
        retrying.attempt(),
        retrying.of(),
        retrying.delay().toMillis() / 1000.0,
        retrying.failure().problem().code(),
        Visible.line(retrying.why(), WHY));
  }

  static String of(AgentEvent.ModelSwitched switched) {
    return "model: %s instead of %s: %s"
        .formatted(switched.to(), switched.from(), Visible.line(switched.why(), WHY));
  }
}
