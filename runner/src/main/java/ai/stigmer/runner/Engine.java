package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import java.util.Optional;

/**
 * Where begun runs are driven: in this process, or by workers elsewhere. The journal remembers what
 * happened; an engine only sees to it that somebody goes on with a run.
 *
 * <p>Thread contract: thread-safe; no call waits for a run.
 */
public interface Engine extends AutoCloseable {

  /**
   * Has a run driven that was begun with {@link Runner#begin}. Asking again for one that is driven
   * already changes nothing, so whoever is not sure whether it was asked for asks again.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the engine cannot be had
   */
  void start(String runId);

  /**
   * The same for a run of one of many tenants that share the workers: where the engine can, none of
   * them waits behind everything that another one has started.
   *
   * @param tenant empty for nobody in particular
   */
  default void start(String runId, String tenant) {
    start(runId);
  }

  /**
   * Tells that a waiting run may go on, as somebody has decided. A word that is lost costs time and
   * nothing else: what was decided is in the journal's inbox.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the engine cannot be had
   */
  void wake(String runId);

  /**
   * Asks a run to stop; it ends as cancelled at its next step, or sooner. A run that is not driven
   * is left alone.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the engine cannot be had
   */
  void cancel(String runId);

  /**
   * Why nobody goes on with a run that was started and has no end, as far as this engine knows;
   * empty when somebody does, or when it does not know the run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the engine cannot be had
   */
  default Optional<Problem> givenUp(String runId) {
    return Optional.empty();
  }

  /**
   * Whether nobody goes on with a run that was started, because the engine does not know it any
   * more; starting it again mends that.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the engine cannot be had
   */
  default boolean isForgotten(String runId) {
    return false;
  }

  /** Why runs are not driven now, for example because the workers' server is away; may block. */
  default Optional<Problem> trouble() {
    return Optional.empty();
  }

  /** Lets go of the runs that are driven here, between two steps; they have not ended. */
  @Override
  void close();
}
