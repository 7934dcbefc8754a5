package ai.stigmer.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What commands in a sandbox may use up and read, as it is configured.
 *
 * @param processes processes and threads at once, 16 to 65,536
 * @param memory bytes, at least 16 MiB
 * @param fileSize bytes, at least 16 MiB
 * @param cpu processor time of one process
 * @param readable absolute folders
 */
public record ExecutionLimits(
    int processes, long memory, long fileSize, Duration cpu, List<Path> readable) {
  public ExecutionLimits {
    readable = List.copyOf(readable);
  }
}
