package ai.stigmer.benchmarks.crash;

import java.util.function.LongFunction;

/** What has to turn red when a defect is planted. */
enum Suite {
  /** Whole stories of the simulation, drawn from a seed. */
  STORIES(StorySuite.class),
  /** Files that an agent writes, at every point at which its process can die, and undone. */
  FILES(FileSuite.class);

  private final Class<? extends LongFunction<String>> played;

  Suite(Class<? extends LongFunction<String>> played) {
    this.played = played;
  }

  /** Gives the first line of what is broken under a seed, or nothing. */
  Class<? extends LongFunction<String>> played() {
    return played;
  }
}
