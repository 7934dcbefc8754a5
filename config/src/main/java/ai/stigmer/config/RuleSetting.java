package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.permission.Rule;

/**
 * A rule about tool calls.
 *
 * @param location where it was given: a flag, a variable, or a file and a line
 */
public record RuleSetting(Rule rule, String location) {
  public RuleSetting {
    requireNonNull(rule, "rule is null");
    requireNonNull(location, "location is null");
  }
}
