package ai.stigmer.testkit.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A resolver of names that never comes to an end for those of {@link #host}, as a name server that
 * is gone; all other names are looked up as ever. A test module takes it into use by naming this
 * class in {@code META-INF/services/java.net.spi.InetAddressResolverProvider} of its test
 * resources.
 */
public final class StuckNames extends InetAddressResolverProvider {

  private static final String DOMAIN = ".stuck.invalid";
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Semaphore LOOK_UPS = new Semaphore(0);

  /** A name whose look-up never ends; another one each time, as the JDK looks a name up once. */
  public static String host() {
    return "n" + NEXT.incrementAndGet() + DOMAIN;
  }

  /**
   * Waits for the look-up of such a name to begin. Each is seen by one caller.
   *
   * @return false when none did within {@code limit}, for example because the resolver is not in
   *     use
   */
  public static boolean awaitLookUp(Duration limit) throws InterruptedException {
    return LOOK_UPS.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new Resolver(configuration.builtinResolver());
  }

  @Override
  public String name() {
    return "stuck names";
  }

  private record Resolver(InetAddressResolver builtIn) implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      if (!host.endsWith(DOMAIN)) {
        return builtIn.lookupByName(host, policy);
      }
      LOOK_UPS.release();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new UnknownHostException(host);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      return builtIn.lookupByAddress(address);
    }
  }
}
