package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.sandbox.Sandbox.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/*
 * A server begins a thousand runs at once, and each of them asks whether the sandbox works. A trial makes two processes
 * and tells of the machine, not of the run, so one that worked answers for all who ask soon after. A sandbox that has
 * stopped working meanwhile lets no command out: the command fails. One that did not work answers for nobody else: its
 * reason may be the workspace, or that somebody was interrupted.
 */
/**
 * Which sandboxes have worked a moment ago.
 *
 * <p>Thread contract: thread-safe; nobody waits for another one's trial.
 */
final class Trials {
  private static final Duration GOOD_FOR = Duration.ofSeconds(10);

  private final Function<Confinement, Found> trial;
  private final LongSupplier nanos;
  private final Map<Kind, Long> worked = new HashMap<>();

  /** Sandboxes that differ in nothing but the folder in which commands work. */
  private record Kind(
      Path home,
      List<Path> hidden,
      List<Path> readable,
      Network network,
      Limits limits,
      List<Path> writable) {

    static Kind of(SandboxPolicy policy) {
      return new Kind(
          policy.home(),
          policy.hidden(),
          policy.readable(),
          policy.network(),
          policy.limits(),
          policy.writable());
    }
  }

  /**
   * @param nanos a clock that only goes forward
   */
  Trials(Function<Confinement, Found> trial, LongSupplier nanos) {
    this.trial = trial;
    this.nanos = nanos;
  }

  /** Tries a sandbox, unless one of its kind was tried a moment ago. */
  Found of(SandboxPolicy policy, Confinement sandbox) {
    Kind kind = Kind.of(policy);
    if (hasWorked(kind)) {
      return inItsWorkspace(policy, sandbox);
    }
    Found found = trial.apply(sandbox);
    if (found instanceof Found.Works) {
      works(kind);
    }
    return found;
  }

  private synchronized boolean hasWorked(Kind kind) {
    long now = nanos.getAsLong();
    worked.values().removeIf(time -> now - time >= GOOD_FOR.toNanos());
    return worked.containsKey(kind);
  }

  private synchronized void works(Kind kind) {
    worked.put(kind, nanos.getAsLong());
  }

  /** What a trial would have found out about this workspace. */
  private static Found inItsWorkspace(SandboxPolicy policy, Confinement sandbox) {
    try {
      var _ = ProtectedPlaces.of(policy.workspace(), policy.hidden(), policy.unreadable());
      return new Found.Works(sandbox);
    } catch (IOException e) {
      return new Found.Missing(String.valueOf(e.getMessage()), List.of());
    }
  }
}
