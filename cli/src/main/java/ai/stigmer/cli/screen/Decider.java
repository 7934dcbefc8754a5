package ai.stigmer.cli.screen;

import ai.stigmer.store.Owners;

/** Who decides about approvals, as others are told. */
public final class Decider {
  private Decider() {}

  /** Whoever uses this process. */
  public static String here() {
    String process = Owners.current();
    return System.getProperty("user.name", "somebody")
        + ", process "
        + process.substring(0, process.lastIndexOf('/'));
  }
}
