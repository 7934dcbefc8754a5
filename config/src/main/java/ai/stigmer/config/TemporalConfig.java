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
 * @param priority from 1, the first, to 5; 0 leaves it to the server
 * @param fairnessKey whose runs these are; empty for nobody's in particular
 */
public record TemporalConfig(
    Optional<String> address,
    Optional<String> namespace,
    String taskQueue,
    int maxConcurrency,
    Duration heartbeat,
    Duration segment,
    int priority,
    String fairnessKey) {

  /** The setting that gives sub-agents workflows of their own, as the configuration names it. */
  public static final String SUB_AGENT_WORKFLOWS = SettingsTable.TEMPORAL_SUB_AGENTS;

  /** Whether a value of that setting means yes. */
  public static boolean isOn(String value) {
    return ServerValues.isOn(value);
  }

  public TemporalConfig {
    requireNonNull(address, "address is null");
    requireNonNull(namespace, "namespace is null");
    requireNonNull(taskQueue, "taskQueue is null");
    requireNonNull(heartbeat, "heartbeat is null");
    requireNonNull(segment, "segment is null");
    requireNonNull(fairnessKey, "fairnessKey is null");
  }
}
