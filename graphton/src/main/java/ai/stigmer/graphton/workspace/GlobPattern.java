package ai.stigmer.graphton.workspace;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * A glob over relative paths with slashes: {@code *} and {@code ?} stay within a name, {@code **}
 * spans folders, {@code **}{@code /} also spans none, {@code [a-z]} and {@code {a,b}} choose. A
 * pattern without a slash matches a name at any depth.
 *
 * <p>All places of the pattern that a path can have reached are followed at once, so that matching
 * takes time in proportion to the two lengths, whatever they hold.
 */
public final class GlobPattern implements Predicate<String> {
  private static final int MOST_PLACES = 1_000;

  /** One character of the path, and the place of the pattern that it leads to. */
  private record Take(CharClass wanted, int to) {}

  /** A set of characters. */
  private interface CharClass {
    boolean has(char c);
  }

  private final List<List<Integer>> free = new ArrayList<>();
  private final List<List<Take>> takes = new ArrayList<>();
  private final int start;
  private final int end;
  private final String glob;
  private int at;

  /**
   * Reads a pattern; a leading slash means the folder that is searched.
   *
   * @throws IllegalArgumentException when it is not well formed
   */
  public GlobPattern(String glob) {
    this.glob = glob.startsWith("/") ? glob.substring(1) : glob;
    start = place();
    int from = start;
    if (!this.glob.contains("/") && !glob.startsWith("/")) {
      from = anyFolders(from);
    }
    end = sequence(from, false);
    if (at < this.glob.length()) {
      throw malformed("a } without a {");
    }
  }

  @Override
  public boolean test(String path) {
    BitSet reached = new BitSet();
    reach(start, reached);
    for (int i = 0; i < path.length() && !reached.isEmpty(); i++) {
      char c = path.charAt(i);
      BitSet next = new BitSet();
      reached.stream()
          .forEach(
              place -> {
                for (Take take : takes.get(place)) {
                  if (take.wanted().has(c)) {
                    reach(take.to(), next);
                  }
                }
              });
      reached = next;
    }
    return reached.get(end);
  }

  private void reach(int place, BitSet reached) {
    if (!reached.get(place)) {
      reached.set(place);
      free.get(place).forEach(next -> reach(next, reached));
    }
  }

  /** Reads up to the end, or within a choice up to its comma or brace; gives the last place. */
  private int sequence(int from, boolean inChoice) {
    int here = from;
    while (at < glob.length()) {
      char c = glob.charAt(at);
      if (c == '}' || (c == ',' && inChoice)) {
        return here;
      }
      here = one(here, c);
    }
    return here;
  }

  private int one(int here, char c) {
    if (glob.startsWith("**/", at)) {
      at += 3;
      return anyFolders(here);
    }
    if (glob.startsWith("**", at)) {
      at += 2;
      return repeated(here, any -> true);
    }
    at++;
    return switch (c) {
      case '*' -> repeated(here, within -> within != '/');
      case '?' -> taken(here, within -> within != '/');
      case '[' -> taken(here, characters());
      case '{' -> choice(here);
      default -> taken(here, same -> same == c);
    };
  }

  /** Nothing, or anything that ends with a slash. */
  private int anyFolders(int here) {
    int slash = taken(repeated(here, any -> true), c -> c == '/');
    int next = place();
    link(slash, next);
    link(here, next);
    return next;
  }

  private int choice(int here) {
    int next = place();
    do {
      int begin = place();
      link(here, begin);
      link(sequence(begin, true), next);
      if (at == glob.length()) {
        throw malformed("a { without a }");
      }
    } while (glob.charAt(at++) == ',');
    return next;
  }

  private CharClass characters() {
    int close = glob.indexOf(']', at + 1);
    if (close < 0) {
      throw malformed("a [ without a ]");
    }
    String inside = glob.substring(at, close);
    at = close + 1;
    boolean not = inside.startsWith("!") || inside.startsWith("^");
    String set = not ? inside.substring(1) : inside;
    return c -> c != '/' && isIn(set, c) != not;
  }

  private static boolean isIn(String set, char c) {
    for (int i = 0; i < set.length(); i++) {
      boolean range = i + 2 < set.length() && set.charAt(i + 1) == '-';
      char low = set.charAt(i);
      char high = range ? set.charAt(i + 2) : low;
      if (low <= c && c <= high) {
        return true;
      }
      i += range ? 2 : 0;
    }
    return false;
  }

  private int repeated(int here, CharClass wanted) {
    int next = place();
    link(here, next);
    takes.get(next).add(new Take(wanted, next));
    return next;
  }

  private int taken(int here, CharClass wanted) {
    int next = place();
    takes.get(here).add(new Take(wanted, next));
    return next;
  }

  private void link(int from, int to) {
    free.get(from).add(to);
  }

  private int place() {
    if (free.size() == MOST_PLACES) {
      throw malformed("it is too long");
    }
    free.add(new ArrayList<>());
    takes.add(new ArrayList<>());
    return free.size() - 1;
  }

  private IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException("\"" + glob + "\" is not a well-formed pattern: " + why);
  }
}
