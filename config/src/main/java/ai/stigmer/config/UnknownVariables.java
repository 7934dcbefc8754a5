package ai.stigmer.config;

import ai.stigmer.graphton.error.Spelling;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Variables that begin as ours do and that nothing reads: most are misspelt. */
final class UnknownVariables {
  private static final String PREFIX = "STIGMER_";

  /** What is read without being a setting. */
  private static final List<String> OTHERS =
      List.of("STIGMER_HOME", "STIGMER_CONFIG", "STIGMER_DEBUG", "STIGMER_REQUIRE_ALL");

  private UnknownVariables() {}

  /** A word to the user about each of them, in the order of their names. */
  static List<String> notes(Map<String, String> env) {
    List<String> known =
        Stream.concat(
                OTHERS.stream(),
                SettingsTable.ALL.stream()
                    .flatMap(setting -> setting.variables().stream())
                    .map(Setting.Variable::name)
                    .filter(name -> name.startsWith(PREFIX)))
            .toList();
    return env.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
        .sorted()
        .map(name -> note(name, known))
        .toList();
  }

  /** The beginning is alike in all of them and says nothing about which one was meant. */
  private static String note(String name, List<String> known) {
    List<String> endings =
        known.stream()
            .map(each -> each.substring(PREFIX.length()).toLowerCase(Locale.ROOT))
            .toList();
    return name
        + " is no variable of stigmer and does nothing; "
        + Spelling.nearest(name.substring(PREFIX.length()), endings)
            .map(near -> "did you mean " + PREFIX + near.toUpperCase(Locale.ROOT) + "?")
            .orElse("see all: stigmer env");
  }
}
