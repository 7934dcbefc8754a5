package ai.stigmer.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which finished runs go. With neither an age nor a size, all do but the newest.
 *
 * @param olderThan runs that nothing was appended to for so long go
 * @param keep so many of the newest runs stay, whatever else holds
 * @param maxBytes the oldest go until what is left takes no more
 */
public record PrunePolicy(Optional<Duration> olderThan, int keep, OptionalLong maxBytes) {
  public PrunePolicy {
    requireNonNull(olderThan, "olderThan is null");
    requireNonNull(maxBytes, "maxBytes is null");
    if (keep < 0 || maxBytes.orElse(0) < 0) {
      throw new IllegalArgumentException("a count or a size is negative");
    }
  }
}
