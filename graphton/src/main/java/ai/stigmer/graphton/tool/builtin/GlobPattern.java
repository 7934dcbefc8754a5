package ai.stigmer.graphton.tool.builtin;

import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A glob over relative paths with slashes: {@code *} and {@code ?} stay within a name, {@code **}
 * spans folders, {@code **}{@code /} also spans none, {@code [a-z]} and {@code {a,b}} choose. A
 * pattern without a slash matches a name at any depth.
 */
final class GlobPattern implements Predicate<String> {
  private final Pattern regex;

  /**
   * Reads a pattern; a leading slash means the folder that is searched.
   *
   * @throws IllegalArgumentException when it is not well formed
   */
  GlobPattern(String glob) {
    String text = glob.startsWith("/") ? glob.substring(1) : glob;
    String anywhere = text.contains("/") || glob.startsWith("/") ? "" : "(?:.*/)?";
    try {
      this.regex = Pattern.compile(anywhere + regex(text), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + glob + "\" is not a well-formed pattern: " + e.getDescription(), e);
    }
  }

  @Override
  public boolean test(String path) {
    return regex.matcher(path).matches();
  }

  private static String regex(String glob) {
    var regex = new StringBuilder();
    int choices = 0;
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> {
          if (glob.startsWith("**/", i)) {
            regex.append("(?:.*/)?");
            i += 2;
          } else if (glob.startsWith("**", i)) {
            regex.append(".*");
            i++;
          } else {
            regex.append("[^/]*");
          }
        }
        case '?' -> regex.append("[^/]");
        case '[' -> {
          int end = glob.indexOf(']', i + 2);
          if (end < 0) {
            throw new PatternSyntaxException("a [ without a ]", glob, i);
          }
          regex.append(choice(glob.substring(i + 1, end)));
          i = end;
        }
        case '{' -> {
          choices++;
          regex.append("(?:");
        }
        case '}' -> {
          choices--;
          regex.append(')');
        }
        case ',' -> regex.append(choices > 0 ? "|" : ",");
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.toString();
  }

  private static String choice(String inside) {
    boolean not = inside.startsWith("!") || inside.startsWith("^");
    String rest = not ? inside.substring(1) : inside;
    String safe = rest.replace("\\", "\\\\").replace("[", "\\[").replace("&", "\\&");
    return "(?!/)[" + (not ? "^" : "") + safe.replace("^", "\\^") + "]";
  }
}
