package ai.stigmer.server.console.page;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A run in a line.
 *
 * @param agentId empty when the agent is gone
 * @param agent its name
 * @param error what went wrong; empty for nothing
 */
public record RunRow(
    String id,
    Standing standing,
    String agentId,
    String agent,
    String session,
    String message,
    Instant created,
    Optional<Duration> took,
    String error) {
  public RunRow {
    requireNonNull(standing, "standing is null");
    requireNonNull(created, "created is null");
  }
}
