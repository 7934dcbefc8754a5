package ai.stigmer.it;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Real programs that some tests need. */
final class Components {
  private Components() {}

  /**
   * Skips the test when a component is missing, and says so; in CI, where {@code
   * STIGMER_REQUIRE_ALL} is 1, the test fails instead.
   */
  static void require(String name, BooleanSupplier works) {
    if (works.getAsBoolean()) {
      return;
    }
    String message = "SKIPPED: " + name + " is missing or cannot work here; install it to run this";
    System.err.println(message);
    if ("1".equals(System.getenv("STIGMER_REQUIRE_ALL"))) {
      throw new AssertionError(message);
    }
    abort(message);
  }

  static boolean canTrace() {
    return runs(List.of("strace", "-f", "-qq", "-o", "/dev/null", "true"));
  }

  static boolean runs(List<String> command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
