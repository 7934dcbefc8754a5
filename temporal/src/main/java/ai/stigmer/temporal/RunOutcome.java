package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import java.util.Optional;

/**
 * How a segment, or the run, ended. No text of the run: history keeps ids and small words only.
 *
 * @param detail the approval, or the sub-agent's run, that is waited for, the limit that stopped
 *     the run, or the code of the problem that it failed with; else empty
 * @param turns answers of the model in the whole run
 */
public record RunOutcome(Kind kind, String detail, int turns) {
  /** The ends of a run, and the two ways in which it has not ended. */
  public enum Kind {
    COMPLETED,
    STOPPED,
    FAILED,
    CANCELLED,
    WAITING,
    YIELDED
  }

  public RunOutcome {
    requireNonNull(kind, "kind is null");
    requireNonNull(detail, "detail is null");
  }

  /** Whether nothing more is to be done for the run. */
  boolean isEnd() {
    return kind != Kind.WAITING && kind != Kind.YIELDED;
  }

  /** The same without its words. */
  static RunOutcome of(RunResult result) {
    return switch (result.end()) {
      case RunEnd.Completed _ -> new RunOutcome(Kind.COMPLETED, "", result.turns());
      case RunEnd.Stopped stopped ->
          new RunOutcome(Kind.STOPPED, stopped.limit().name(), result.turns());
      case RunEnd.Failed failed ->
          new RunOutcome(Kind.FAILED, failed.problem().code(), result.turns());
      case RunEnd.Cancelled _ -> new RunOutcome(Kind.CANCELLED, "", result.turns());
      case RunEnd.Waiting waiting ->
          new RunOutcome(Kind.WAITING, waiting.approval(), result.turns());
      case RunEnd.Yielded(String _, Optional<String> awaited) ->
          new RunOutcome(
              awaited.isPresent() ? Kind.WAITING : Kind.YIELDED,
              awaited.orElse(""),
              result.turns());
    };
  }

  /** Whether what is waited for is a sub-agent; the id of an approval has a dot. */
  static boolean isOfChild(String awaited) {
    return awaited.indexOf('.') < 0;
  }
}
