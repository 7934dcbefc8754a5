package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.permission.Rule;
import ai.stigmer.graphton.permission.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What can be wrong with a rule about tool calls. */
final class RuleCheck {
  private RuleCheck() {}

  /** What is wrong with it: it cannot be read, or an example does not hold. */
  static List<Problem> of(Setting setting, RuleItem item) {
    Rule rule;
    try {
      rule = Rule.parse(verdict(setting), item.text());
    } catch (IllegalArgumentException e) {
      return List.of(
          Problems.of(
                  "E155",
                  setting.key() + ": \"" + item.text() + "\" is no rule: " + e.getMessage(),
                  item.location())
              .help("write a tool, or a tool and what it is given: " + example(setting)));
    }
    var wrong = new ArrayList<Problem>();
    item.matches().stream()
        .filter(example -> !rule.speaksOf(example))
        .forEach(example -> wrong.add(example(rule, item, example, "does not speak of")));
    item.never().stream()
        .filter(rule::speaksOf)
        .forEach(example -> wrong.add(example(rule, item, example, "speaks of")));
    return wrong;
  }

  /** The rule; none when it cannot be read. */
  static Stream<RuleSetting> rule(Setting setting, RuleItem item) {
    try {
      return Stream.of(new RuleSetting(Rule.parse(verdict(setting), item.text()), item.location()));
    } catch (IllegalArgumentException e) {
      return Stream.empty();
    }
  }

  private static Problem example(Rule rule, RuleItem item, String example, String what) {
    return Problems.of(
            "E156",
            "the rule \"%s\" %s its example \"%s\"".formatted(rule, what, example),
            item.location())
        .help("change the rule, or the list in which the example stands: matches or never");
  }

  private static String example(Setting setting) {
    return verdict(setting) == Verdict.ALLOW
        ? "execute(git status *), edit(src/**), github__*"
        : "execute(rm *), read(secrets/**), github__*";
  }

  private static Verdict verdict(Setting setting) {
    String name = setting.key().substring(setting.key().lastIndexOf('.') + 1);
    return Verdict.valueOf(name.toUpperCase(Locale.ROOT));
  }
}
