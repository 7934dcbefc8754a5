package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.TemporalConfig;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How Temporal is reached and used.
 *
 * @param address host and port; empty leaves it to {@code temporal.toml} and its variables
 * @param namespace likewise
 * @param taskQueue where workers wait for runs
 * @param concurrency the most segments at once in one worker, at least 1
 * @param heartbeat after so long without a sign of life a worker counts as lost
 * @param segment a segment yields between two steps after so long
 * @param env the environment; {@code TEMPORAL_*} of it, and the file that {@code
 *     TEMPORAL_CONFIG_FILE} names, say the rest as every Temporal client reads it: API key, TLS
 */
public record TemporalSettings(
    Optional<String> address,
    Optional<String> namespace,
    String taskQueue,
    int concurrency,
    Duration heartbeat,
    Duration segment,
    Map<String, String> env) {
  public TemporalSettings {
    requireNonNull(address, "address is null");
    requireNonNull(namespace, "namespace is null");
    requireNonNull(taskQueue, "taskQueue is null");
    requireNonNull(heartbeat, "heartbeat is null");
    requireNonNull(segment, "segment is null");
    env = Map.copyOf(env);
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, got " + concurrency);
    }
  }

  /** What the cascade says, in this environment. */
  public static TemporalSettings of(TemporalConfig config, Map<String, String> env) {
    return new TemporalSettings(
        config.address(),
        config.namespace(),
        config.taskQueue(),
        config.maxConcurrency(),
        config.heartbeat(),
        config.segment(),
        env);
  }
}
