package ai.stigmer.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for what another thread or process does. */
public final class Await {
  private static final Duration MOST = Duration.ofMinutes(2);
  private static final Duration BETWEEN = Duration.ofMillis(10);

  private Await() {}

  /**
   * Waits until a condition holds, for at most two minutes.
   *
   * @param what is waited for, in words
   * @throws AssertionError when it does not hold by then, or when {@code condition} throws one
   */
  public static void until(String what, Callable<Boolean> condition) {
    until(() -> what, condition);
  }

  /** The same with words that tell more once it has failed. */
  public static void until(Supplier<String> what, Callable<Boolean> condition) {
    long begin = System.nanoTime();
    try {
      while (!condition.call()) {
        if (System.nanoTime() - begin > MOST.toNanos()) {
          throw new AssertionError("waited " + MOST + " in vain: " + what.get());
        }
        Thread.sleep(BETWEEN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting: " + what.get(), e);
    } catch (Exception e) {
      throw new AssertionError("failed while waiting: " + what.get(), e);
    }
  }
}
