package ai.stigmer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What became of one setting.
 *
 * @param value empty when it is unset
 * @param resolved the full id of a model called by a friendly name
 * @param sent whether the chosen model takes it
 * @param shadowed values that did not win, highest first
 * @param rules of a list of rules each one with its place
 * @param hooks of a list of hooks likewise
 */
record Resolution(
    Setting setting,
    Optional<String> value,
    Optional<String> resolved,
    Layer layer,
    String location,
    boolean sent,
    List<Shadowed> shadowed,
    List<RuleItem> rules,
    List<HookSetting> hooks) {

  /** A value that lost, and why. */
  record Shadowed(String value, Layer layer, String location, String reason) {}

  Resolution {
    shadowed = List.copyOf(shadowed);
    rules = List.copyOf(rules);
    hooks = List.copyOf(hooks);
  }

  Resolution(
      Setting setting,
      Optional<String> value,
      Optional<String> resolved,
      Layer layer,
      String location,
      boolean sent,
      List<Shadowed> shadowed) {
    this(setting, value, resolved, layer, location, sent, shadowed, List.of(), List.of());
  }

  /**
   * Whether it is this setting or belongs to this section.
   *
   * @param part empty means all
   */
  boolean isOf(String part) {
    return part.isEmpty() || setting.key().equals(part) || setting.key().startsWith(part + ".");
  }

  /** What is sent: the full id where there is one. */
  Optional<String> effective() {
    return resolved.isPresent() ? resolved : value;
  }

  Resolution withValue(String text) {
    return new Resolution(setting, Optional.of(text), resolved, layer, location, sent, shadowed);
  }

  Resolution withResolved(String fullId) {
    return new Resolution(setting, value, Optional.of(fullId), layer, location, sent, shadowed);
  }

  /** The same value, told as one that this setting gave. */
  Resolution from(Resolution giver) {
    return new Resolution(
        setting, value, resolved, giver.layer(), giver.location(), sent, shadowed);
  }

  /** Another model in place of this default. */
  Resolution instead(String model, Resolved.StandIn why) {
    var losers = new ArrayList<Shadowed>();
    losers.add(new Shadowed(effective().orElse(""), layer, location, why.reason()));
    losers.addAll(shadowed);
    return new Resolution(
        setting, Optional.of(model), Optional.empty(), layer, why.location(), sent, losers);
  }

  Resolution notSent() {
    return new Resolution(setting, value, resolved, layer, location, false, shadowed);
  }
}
