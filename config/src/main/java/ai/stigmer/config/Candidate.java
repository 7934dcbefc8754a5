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
 * @param hooks of a list of hooks likewise
 */
record Candidate(
    String text,
    Layer layer,
    String location,
    String provider,
    List<RuleItem> items,
    List<HookSetting> hooks) {

  Candidate {
    items = List.copyOf(items);
    hooks = List.copyOf(hooks);
  }

  Candidate(String text, Layer layer, String location, String provider) {
    this(text, layer, location, provider, List.of(), List.of());
  }

  /** The same, read as a list of rules unless it already is one. */
  Candidate asRules() {
    return items.isEmpty()
        ? new Candidate(text, layer, location, provider, RuleItem.split(text, location), hooks)
        : this;
  }

  /** The same, read as one hook unless it already is a list of them. */
  Candidate asHooks() {
    return hooks.isEmpty() && !text.isEmpty()
        ? new Candidate(
            text, layer, location, provider, items, List.of(new HookSetting(text, location)))
        : this;
  }
}
