package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

/**
 * A browser that was let in.
 *
 * @param scope what the token allows that it was let in with
 * @param formToken what every form brings back, so that no other page can post in its name
 */
public record ConsoleSession(Scope scope, String formToken) {
  public ConsoleSession {
    requireNonNull(scope, "scope is null");
    requireNonNull(formToken, "formToken is null");
  }

  public boolean may(Scope wanted) {
    return scope.includes(wanted);
  }

  /** The form token must not stand in a log. */
  @Override
  public String toString() {
    return "ConsoleSession[scope=" + scope + "]";
  }
}
