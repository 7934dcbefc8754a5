package ai.stigmer.mcp;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills {@code ${NAME}} from one run's environment and from nowhere else, and hides what it filled
 * in from messages.
 */
public final class Placeholders {
  private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
  private static final int SHORTEST_SECRET = 8;

  private final Function<String, Optional<String>> values;
  private final List<String> secrets;

  /**
   * @param values the value of a variable; empty when there is none
   * @param secrets the values that messages must not show
   */
  public Placeholders(Function<String, Optional<String>> values, List<String> secrets) {
    this.values = values;
    this.secrets =
        secrets.stream()
            .filter(secret -> secret.length() >= SHORTEST_SECRET)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  /** The names that a text asks for, each once and in order. */
  public static List<String> names(String text) {
    return NAME.matcher(text).results().map(found -> found.group(1)).distinct().toList();
  }

  String fill(McpServer server, String where, String text) {
    Matcher matcher = NAME.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (matcher.find()) {
      String name = String.valueOf(matcher.group(1));
      String value =
          values
              .apply(name)
              .orElseThrow(() -> McpProblems.missingVariable(server, name, where).asException());
      matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(filled).toString();
  }

  Map<String, String> fill(McpServer server, String where, Map<String, String> texts) {
    var filled = new LinkedHashMap<String, String>();
    texts.forEach((name, text) -> filled.put(name, fill(server, where + " " + name, text)));
    return filled;
  }

  /** The text without secret values. */
  String hide(String text) {
    String hidden = text;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, "[redacted]");
    }
    return hidden;
  }
}
