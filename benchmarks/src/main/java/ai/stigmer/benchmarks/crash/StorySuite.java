package ai.stigmer.benchmarks.crash;

import ai.stigmer.testkit.crash.Simulation;
import java.util.function.LongFunction;

/**
 * The kit's simulation as a mutant meets it: loaded once more, beside the planted source. Gives the
 * first line of what is broken under a seed, or nothing.
 */
public final class StorySuite implements LongFunction<String> {
  public StorySuite() {}

  @Override
  public String apply(long seed) {
    try {
      Simulation.play(seed);
      return "";
    } catch (AssertionError e) {
      return String.valueOf(e.getMessage()).lines().findFirst().orElse("broken");
    }
  }
}
