package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * A browser that was let in.
 *
 * @param scopes what the token allows that it was let in with
 * @param formToken what every form brings back, so that no other page can post in its name
 */
public record ConsoleSession(Set<Grants.Scope> scopes, String formToken) {
  public ConsoleSession {
    scopes = Set.copyOf(scopes);
    requireNonNull(formToken, "formToken is null");
  }

  public boolean may(Grants.Scope scope) {
    return scopes.contains(scope);
  }

  /** The form token must not stand in a log. */
  @Override
  public String toString() {
    return "ConsoleSession[scopes=" + scopes + "]";
  }
}
