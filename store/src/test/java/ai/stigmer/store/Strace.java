package ai.stigmer.store;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;

/** The program strace, which some tests need. */
final class Strace {
  private Strace() {}

  /** Skips the test where it is missing, and says so; where everything is required, fails. */
  static void require() {
    if (works()) {
      return;
    }
    String message = "SKIPPED: strace is missing or cannot work here; install it to run this";
    System.err.println(message);
    if ("1".equals(System.getenv("STIGMER_REQUIRE_ALL"))) {
      throw new AssertionError(message);
    }
    abort(message);
  }

  private static boolean works() {
    try {
      return new ProcessBuilder("strace", "-f", "-qq", "-o", "/dev/null", "true")
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
