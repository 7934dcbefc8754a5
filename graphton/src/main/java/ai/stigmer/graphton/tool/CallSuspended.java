package ai.stigmer.graphton.tool;

import ai.stigmer.graphton.event.RunEnd;
import java.util.Optional;

/**
 * Says that a call has no result yet, because the run ends or waits first. It stays open in the
 * journal, and is served again with the same key when the run goes on; so only a tool that is
 * read-only or idempotent may throw it.
 */
public final class CallSuspended extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<RunEnd> waiting;

  /** The whole run ends. */
  public CallSuspended(String why) {
    super(why);
    this.waiting = Optional.empty();
  }

  /** The run waits for somebody's word. */
  public CallSuspended(RunEnd.Waiting waiting) {
    super(waiting.problem().message());
    this.waiting = Optional.of(waiting);
  }

  /** The run stops here until what it waits for is there. */
  public CallSuspended(RunEnd.Yielded yielded) {
    super("the run goes on elsewhere");
    this.waiting = Optional.of(yielded);
  }

  /** How the run stops without an end; empty when it ends. */
  public Optional<RunEnd> waiting() {
    return waiting;
  }
}
