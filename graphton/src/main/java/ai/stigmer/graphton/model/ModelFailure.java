package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.message.Usage;
import java.time.Duration;
import java.util.Optional;

/**
 * Why a model gave no answer.
 *
 * @param provider the provider's id
 * @param status the HTTP status, or 0 where there was none
 * @param kind what kind of failure it is
 * @param requestId the provider's id of the request, where it gave one
 * @param retryAfter how long the provider asks to wait
 * @param problem the same in words for the user
 * @param usage tokens that the provider says it counted for the answer that broke off; {@link
 *     Usage#NONE} where it said nothing
 */
public record ModelFailure(
    String provider,
    int status,
    Kind kind,
    Optional<String> requestId,
    Optional<Duration> retryAfter,
    Problem problem,
    Usage usage) {

  /** Kinds of failure, with whether the same request may succeed later. */
  public enum Kind {
    UNREACHABLE(true),
    /**
     * It cannot be had and waiting does not help: nothing listens on this machine, or the server
     * says not to ask again. Another model may stand in.
     */
    UNAVAILABLE(false),
    TIMEOUT(true),
    STREAM_BROKEN(true),
    RATE_LIMITED(true),
    OVERLOADED(true),
    SERVER_ERROR(true),
    MODEL_MISSING(false),
    MODEL_UNFIT(false),
    CONTEXT_OVERFLOW(false),
    CREDENTIALS(false),
    BAD_REQUEST(false),
    BAD_RESPONSE(false);

    private final boolean retryable;

    Kind(boolean retryable) {
      this.retryable = retryable;
    }

    public boolean retryable() {
      return retryable;
    }
  }

  public ModelFailure {
    requireNonNull(provider, "provider is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(requestId, "requestId is null");
    requireNonNull(retryAfter, "retryAfter is null");
    requireNonNull(problem, "problem is null");
    requireNonNull(usage, "usage is null");
  }

  /** A failure of which no tokens were counted. */
  public ModelFailure(
      String provider,
      int status,
      Kind kind,
      Optional<String> requestId,
      Optional<Duration> retryAfter,
      Problem problem) {
    this(provider, status, kind, requestId, retryAfter, problem, Usage.NONE);
  }

  /** The same failure with what the provider counted until then. */
  public ModelFailure withUsage(Usage counted) {
    return new ModelFailure(provider, status, kind, requestId, retryAfter, problem, counted);
  }

  public static ModelFailure of(String provider, int status, Kind kind, Problem problem) {
    return new ModelFailure(provider, status, kind, Optional.empty(), Optional.empty(), problem);
  }
}
