package ai.stigmer.testkit;

import java.time.Duration;
import java.util.Optional;
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
    value(what, () -> condition.call() ? Optional.of(true) : Optional.empty());
  }

  /**
   * Waits until there is a value, for at most two minutes.
   *
   * @param what is waited for, in words
   * @throws AssertionError when there is none by then, or when {@code look} throws one
   */
  public static <T> T value(String what, Callable<Optional<T>> look) {
    return value(() -> what, look);
  }

  /** The same with words that tell more once it has failed. */
  public static <T> T value(Supplier<String> what, Callable<Optional<T>> look) {
    long begin = System.nanoTime();
    try {
      Optional<T> seen = look.call();
      while (seen.isEmpty()) {
        if (System.nanoTime() - begin > MOST.toNanos()) {
          throw new AssertionError("waited " + MOST + " in vain: " + what.get());
        }
        Thread.sleep(BETWEEN);
        seen = look.call();
      }
      return seen.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting: " + what.get(), e);
    } catch (Exception e) {
      throw new AssertionError("failed while waiting: " + what.get(), e);
    }
  }
}
