package ai.stigmer.graphton.sandbox;

import java.time.Duration;

/**
 * What one command may use up.
 *
 * @param processes how many processes and threads at once, at least 16
 * @param memory bytes of private memory of one process, and of all of them together where the
 *     system has control groups; at least 16 MiB
 * @param fileSize bytes of one file, at least 1 MiB
 * @param cpu processor time of one process, at least a second
 */
public record Limits(int processes, long memory, long fileSize, Duration cpu) {
  private static final long MIB = 1L << 20;
  private static final int LEAST_PROCESSES = 16;
  private static final long LEAST_MEMORY = 16 * MIB;

  /** What holds when nobody says anything else. */
  public static final Limits DEFAULT =
      new Limits(512, 8_192 * MIB, 4_096 * MIB, Duration.ofHours(1));

  public Limits {
    if (processes < LEAST_PROCESSES) {
      throw new IllegalArgumentException("processes must be at least 16, got " + processes);
    }
    if (memory < LEAST_MEMORY) {
      throw new IllegalArgumentException("memory must be at least 16 MiB, got " + memory);
    }
    if (fileSize < MIB) {
      throw new IllegalArgumentException("fileSize must be at least 1 MiB, got " + fileSize);
    }
    if (cpu.toSeconds() < 1) {
      throw new IllegalArgumentException("cpu must be at least a second, got " + cpu);
    }
  }
}
