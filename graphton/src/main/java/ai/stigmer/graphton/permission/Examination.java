package ai.stigmer.graphton.permission;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What the policy says of one call, and why.
 *
 * @param verdict the strictest of the parts'
 * @param parts what was looked at, in the call's order, at least one
 */
public record Examination(Verdict verdict, List<Part> parts) {
  public Examination {
    requireNonNull(verdict, "verdict is null");
    parts = List.copyOf(parts);
  }

  static Examination of(List<Part> parts) {
    Verdict strictest = parts.stream().map(Part::verdict).reduce(Verdict.ALLOW, Verdict::and);
    return new Examination(strictest, parts);
  }

  static Examination of(String text, Verdict verdict, String why) {
    return of(List.of(new Part(text, verdict, why)));
  }

  /** The first part that is as strict as the whole. */
  public Part decisive() {
    return parts.stream().filter(part -> part.verdict() == verdict).findFirst().orElseThrow();
  }

  /**
   * One command, file or tool of a call.
   *
   * @param text what it is, for people
   * @param why the rule or the default that decided
   * @param rule the rule that decided; empty when none did
   */
  public record Part(String text, Verdict verdict, String why, Optional<Rule> rule) {
    public Part {
      requireNonNull(text, "text is null");
      requireNonNull(verdict, "verdict is null");
      requireNonNull(why, "why is null");
      requireNonNull(rule, "rule is null");
    }

    Part(String text, Verdict verdict, String why) {
      this(text, verdict, why, Optional.empty());
    }

    Part withText(String other) {
      return new Part(other, verdict, why, rule);
    }
  }
}
