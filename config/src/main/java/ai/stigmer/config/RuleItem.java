package ai.stigmer.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * A rule as some layer gives it, not yet looked at.
 *
 * @param matches examples of which it must speak
 * @param never examples of which it must not speak
 */
record RuleItem(String text, String location, List<String> matches, List<String> never) {
  RuleItem {
    matches = List.copyOf(matches);
    never = List.copyOf(never);
  }

  RuleItem(String text, String location) {
    this(text, location, List.of(), List.of());
  }

  /** Rules in one text, with semicolons between. */
  static List<RuleItem> split(String text, String location) {
    return Stream.of(text.split(";", -1))
        .map(String::strip)
        .filter(rule -> !rule.isEmpty())
        .map(rule -> new RuleItem(rule, location))
        .toList();
  }
}
