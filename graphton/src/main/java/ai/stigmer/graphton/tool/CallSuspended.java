package ai.stigmer.graphton.tool;

/**
 * Says that a call has no result yet, because the run ends first. It stays open in the journal, and
 * is served again with the same key when the run goes on; so only a tool that is read-only or
 * idempotent may throw it.
 */
public final class CallSuspended extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CallSuspended(String why) {
    super(why);
  }
}
