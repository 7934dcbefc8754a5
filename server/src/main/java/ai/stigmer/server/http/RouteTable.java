package ai.stigmer.server.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Something about each route, by verb and path, whatever the path's parameters are called.
 *
 * <p>Not thread-safe while it is filled.
 */
public final class RouteTable<T> {
  private final Map<String, T> rows = new HashMap<>();

  /**
   * Adds a route.
   *
   * @param verb for example {@code GET}
   * @param path with parameters in braces or behind colons
   */
  public void put(String verb, String path, T row) {
    rows.put(key(verb, path), row);
  }

  /** What stands in the table about a route. */
  public Optional<T> find(String verb, String path) {
    return Optional.ofNullable(rows.get(key(verb, path)));
  }

  private static String key(String verb, String path) {
    return verb + " " + path.replaceAll("\\{[^}]*}|(?<=/):[^/]+", "*");
  }

  /** Whether a path of a request is one of a route, whatever the verb. */
  static boolean isOf(String path, String route) {
    String[] given = path.split("/", -1);
    String[] wanted = route.split("/", -1);
    boolean isOne = given.length == wanted.length;
    for (int i = 0; isOne && i < wanted.length; i++) {
      isOne = wanted[i].matches(":.+|\\{.+}") || wanted[i].equals(given[i]);
    }
    return isOne;
  }
}
