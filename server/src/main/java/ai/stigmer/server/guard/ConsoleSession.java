package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

/**
 * A browser that was let in.
 *
 * @param caller whose token it was let in with, and what that allows
 * @param formToken what every form brings back, so that no other page can post in its name
 */
public record ConsoleSession(Caller caller, String formToken) {
  public ConsoleSession {
    requireNonNull(caller, "caller is null");
    requireNonNull(formToken, "formToken is null");
  }

  public boolean may(Scope wanted) {
    return caller.scope().includes(wanted);
  }

  /** The form token must not stand in a log. */
  @Override
  public String toString() {
    return "ConsoleSession[caller=" + caller + "]";
  }
}
