package ai.stigmer.server.guard;

import ai.stigmer.server.http.RouteTable;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The one table of what each route asks of its caller. A route that nobody has put into it asks for
 * everything.
 *
 * <p>Not thread-safe while it is filled.
 */
public final class RouteScopes {
  private final RouteTable<Scope> scopes = new RouteTable<>();
  private final Set<String> open = new HashSet<>();

  /**
   * Adds a route.
   *
   * @param verb for example {@code GET}
   * @param path with parameters in braces or behind colons
   */
  public RouteScopes put(String verb, String path, Scope scope) {
    scopes.put(verb, path, scope);
    return this;
  }

  /** Adds a route that tells everybody the same: that the server is there. */
  public RouteScopes open(String path) {
    open.add(path);
    return this;
  }

  /** Whether a route answers without a token. */
  public boolean isOpen(String path) {
    return open.contains(path);
  }

  /** What a route asks for. */
  public Scope of(String verb, String path) {
    return find(verb, path).orElse(Scope.ADMIN);
  }

  /** What stands in the table about a route. */
  public Optional<Scope> find(String verb, String path) {
    return scopes.find(verb, path);
  }
}
