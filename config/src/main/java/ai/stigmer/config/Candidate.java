package ai.stigmer.config;

import java.util.List;

/**
 * A value that some layer offers for a setting.
 *
 * @param text stripped of surrounding white space, not yet validated
 * @param location variable name, flag, or file and line
 * @param provider the provider that the place itself names ({@code ANTHROPIC_API_KEY}); empty when
 *     it names none
 * @param items of a list of rules each one with its place
 */
record Candidate(String text, Layer layer, String location, String provider, List<RuleItem> items) {

  Candidate {
    items = List.copyOf(items);
  }

  Candidate(String text, Layer layer, String location, String provider) {
    this(text, layer, location, provider, List.of());
  }

  /** The same, read as a list of rules unless it already is one. */
  Candidate asRules() {
    return items.isEmpty()
        ? new Candidate(text, layer, location, provider, RuleItem.split(text, location))
        : this;
  }
}
