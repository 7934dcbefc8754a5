package ai.stigmer.testkit.crash;

/**
 * The process of a run is gone, as far as the test goes. An error, so that nothing catches it on
 * its way out.
 */
public final class Died extends Error {
  private static final long serialVersionUID = 1L;

  Died(String point) {
    super(point);
  }
}
