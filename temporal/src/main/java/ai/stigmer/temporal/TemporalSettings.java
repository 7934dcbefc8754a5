package ai.stigmer.temporal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.TemporalConfig;
import io.temporal.common.Priority;
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
 * @param priority which runs that are begun here go first, and whose they are; its key is not null
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
    Priority priority,
    Map<String, String> env) {
  public TemporalSettings {
    requireNonNull(address, "address is null");
    requireNonNull(namespace, "namespace is null");
    requireNonNull(taskQueue, "taskQueue is null");
    requireNonNull(heartbeat, "heartbeat is null");
    requireNonNull(segment, "segment is null");
    requireNonNull(priority, "priority is null");
    env = Map.copyOf(env);
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1, got " + concurrency);
    }
  }

  /** The same with runs that are as urgent as any, and nobody's in particular. */
  public TemporalSettings(
      Optional<String> address,
      Optional<String> namespace,
      String taskQueue,
      int concurrency,
      Duration heartbeat,
      Duration segment,
      Map<String, String> env) {
    this(
        address,
        namespace,
        taskQueue,
        concurrency,
        heartbeat,
        segment,
        Priority.newBuilder().setFairnessKey("").build(),
        env);
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
        Priority.newBuilder()
            .setPriorityKey(config.priority())
            .setFairnessKey(config.fairnessKey())
            .build(),
        env);
  }
}
