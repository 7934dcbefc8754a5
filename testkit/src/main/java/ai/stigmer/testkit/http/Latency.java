package ai.stigmer.testkit.http;

import java.io.InterruptedIOException;
import java.time.Duration;

/** Time that a scenario asks to pass. */
public final class Latency {
  private Latency() {}

  /** Lets the time pass. */
  public static void of(Duration time) throws InterruptedIOException {
    if (time.isZero()) {
      return;
    }
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the server is closing");
    }
  }
}
