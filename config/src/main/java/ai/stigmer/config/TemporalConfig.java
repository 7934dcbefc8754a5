package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How Temporal is reached and used, as the cascade says it.
 *
 * @param address host and port; empty leaves it to Temporal's own configuration
 * @param namespace likewise
 * @param taskQueue where workers wait for runs
 * @param maxConcurrency the most runs that one worker drives at once
 * @param heartbeat after so long without a sign of life a worker counts as lost
 * @param segment a worker lets go of a run between two steps after so long
 */
public record TemporalConfig(
    Optional<String> address,
    Optional<String> namespace,
    String taskQueue,
    int maxConcurrency,
    Duration heartbeat,
    Duration segment) {
  public TemporalConfig {
    requireNonNull(address, "address is null");
    requireNonNull(namespace, "namespace is null");
    requireNonNull(taskQueue, "taskQueue is null");
    requireNonNull(heartbeat, "heartbeat is null");
    requireNonNull(segment, "segment is null");
  }
}
