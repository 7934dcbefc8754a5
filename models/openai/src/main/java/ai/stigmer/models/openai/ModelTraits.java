package ai.stigmer.models.openai;

import ai.stigmer.graphton.model.ModelSettings.Effort;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model takes, as far as its name tells, as of November 2026. A deployment or a compatible
 * server may call its models anything; then nothing is known.
 *
 * @param reasons whether it is one of the vendor's reasoning models
 * @param efforts what {@code reasoning.effort} takes, from the least to the most; empty when the
 *     model has no effort
 * @param chatToolsNeedNone whether Chat Completions takes tools only with the effort {@code none}
 */
record ModelTraits(Reasons reasons, List<String> efforts, boolean chatToolsNeedNone) {

  /** Whether a model reasons. */
  enum Reasons {
    YES,
    NO,
    UNKNOWN
  }

  /**
   * The effort that is sent for the one that is asked for.
   *
   * @param exact whether the model has just that effort
   */
  record Sent(String value, boolean exact) {}

  private static final List<String> ALL =
      List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
  private static final Pattern GPT = Pattern.compile("gpt-(\\d+)(?:\\.(\\d+))?(?:-(.*))?");
  private static final Pattern FIRST_REASONERS = Pattern.compile("(o\\d|codex-mini).*");
  private static final Pattern OLDER = Pattern.compile("(gpt-3|gpt-4|chatgpt).*");

  static ModelTraits of(String model) {
    String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    if (OLDER.matcher(name).matches()) {
      return new ModelTraits(Reasons.NO, List.of(), false);
    }
    if (FIRST_REASONERS.matcher(name).matches()) {
      return new ModelTraits(Reasons.YES, from("low", "high"), false);
    }
    Matcher gpt = GPT.matcher(name);
    if (!gpt.matches() || gpt.group(1).length() > 2) {
      return new ModelTraits(Reasons.UNKNOWN, List.of("none", "low", "medium", "high"), false);
    }
    int version =
        100 * Integer.parseInt(gpt.group(1))
            + (gpt.group(2) == null ? 0 : Math.min(99, Integer.parseInt("0" + gpt.group(2))));
    String variant = gpt.group(3) == null ? "" : gpt.group(3);
    if (variant.startsWith("chat")) {
      return new ModelTraits(version == 500 ? Reasons.NO : Reasons.UNKNOWN, List.of(), false);
    }
    return new ModelTraits(Reasons.YES, efforts(version, variant), version >= 504);
  }

  private static List<String> efforts(int version, String variant) {
    if (version == 500) {
      return switch (variant) {
        case String v when v.startsWith("pro") -> List.of("high");
        case String v when v.startsWith("codex") -> from("low", "high");
        default -> from("minimal", "high");
      };
    }
    String most = version == 501 ? "high" : version < 506 ? "xhigh" : "max";
    if (variant.startsWith("pro")) {
      return from("medium", most);
    }
    if (variant.startsWith("codex")) {
      return from("low", variant.startsWith("codex-max") ? "xhigh" : most);
    }
    List<String> efforts = from(variant.startsWith("astra") ? "low" : "none", most);
    return efforts.stream().filter(effort -> !effort.equals("minimal")).toList();
  }

  private static List<String> from(String least, String most) {
    return ALL.subList(ALL.indexOf(least), ALL.indexOf(most) + 1);
  }

  /** The nearest effort that the model has; empty when it has none at all. */
  Optional<Sent> sent(Effort effort) {
    if (efforts.isEmpty()) {
      return Optional.empty();
    }
    if (effort == Effort.MAX) {
      return Optional.of(new Sent(efforts.getLast(), true));
    }
    String wanted = effort.name().toLowerCase(Locale.ROOT);
    String nearest =
        efforts.stream()
            .filter(value -> ALL.indexOf(value) >= ALL.indexOf(wanted))
            .findFirst()
            .orElse(efforts.getLast());
    return Optional.of(new Sent(nearest, nearest.equals(wanted)));
  }
}
