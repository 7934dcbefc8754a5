package ai.stigmer.it;

import java.util.List;

/** What tests of other packages need of this machine. */
public final class Needs {
  private Needs() {}

  /** Skips the test without a bubblewrap that works, and says so; in CI the test fails instead. */
  public static void bubblewrap() {
    Components.require(
        "bubblewrap",
        () -> Components.runs(List.of("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true")));
  }
}
