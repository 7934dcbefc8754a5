package ai.stigmer.server.console.page;

import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import java.util.Locale;

/** How a run stands, in a word and in a shape. */
public enum Standing {
  PENDING("pending", "○"),
  RUNNING("running", "▶"),
  WAITING("needs approval", "!"),
  COMPLETED("completed", "✓"),
  FAILED("failed", "✗"),
  CANCELLED("cancelled", "–");

  private final String words;
  private final String mark;

  Standing(String words, String mark) {
    this.words = words;
    this.mark = mark;
  }

  /**
   * The standing of a phase.
   *
   * @param isAsking whether the run waits for an approval
   */
  public static Standing of(ExecutionPhase phase, boolean isAsking) {
    return switch (phase) {
      case EXECUTION_COMPLETED -> COMPLETED;
      case EXECUTION_FAILED -> FAILED;
      case EXECUTION_CANCELLED -> CANCELLED;
      case EXECUTION_IN_PROGRESS -> isAsking ? WAITING : RUNNING;
      case EXECUTION_PENDING, EXECUTION_PHASE_UNSPECIFIED, UNRECOGNIZED -> PENDING;
    };
  }

  public String words() {
    return words;
  }

  public String mark() {
    return mark;
  }

  /** As style sheet and filter name it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean isOver() {
    return switch (this) {
      case COMPLETED, FAILED, CANCELLED -> true;
      case PENDING, RUNNING, WAITING -> false;
    };
  }
}
