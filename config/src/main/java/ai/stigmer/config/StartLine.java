package ai.stigmer.config;

import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One line that says which models, endpoints and keys are used, and why. */
final class StartLine {
  private StartLine() {}

  /** What a new run would use. */
  static String of(Resolved resolved) {
    return Stream.concat(Stream.of(resolved), resolved.fallbackRows().stream())
            .map(StartLine::model)
            .collect(Collectors.joining(" · else "))
        + mode(resolved);
  }

  /** What these models are; the configuration says only where a key of theirs was found. */
  static String of(Resolved resolved, List<ModelSettings> used) {
    var rows = new ArrayList<>(List.of(resolved));
    rows.addAll(resolved.fallbackRows());
    return used.stream()
            .map(model -> model(model, keyPlace(model, rows)))
            .collect(Collectors.joining(" · else "))
        + mode(resolved);
  }

  private static String mode(Resolved resolved) {
    Resolution mode = resolved.get(SettingsTable.MODE);
    return " · mode %s (%s)"
        .formatted(
            resolved.mode().id(), mode.layer() == Layer.DEFAULT ? "default" : mode.location());
  }

  private static String model(Resolved resolved) {
    String provider = resolved.get(SettingsTable.PROVIDER).value().orElse("(no provider)");
    Resolution model = resolved.get(SettingsTable.MODEL);
    String name = model.value().orElse("(no model)");
    for (Resolved.StandIn why : Resolved.StandIn.values()) {
      if (model.location().equals(why.location())) {
        name += " (" + why.location() + ")";
      }
    }
    Resolution key = resolved.get(SettingsTable.API_KEY);
    return line(
        provider,
        name,
        resolved.get(SettingsTable.BASE_URL).value(),
        key.value().map(value -> key.location()));
  }

  private static String model(ModelSettings used, Optional<String> keyPlace) {
    return line(
        used.provider(), used.model(), used.baseUrl(), used.apiKey().flatMap(key -> keyPlace));
  }

  private static Optional<String> keyPlace(ModelSettings used, List<Resolved> rows) {
    return rows.stream()
        .filter(
            row ->
                row.value(SettingsTable.PROVIDER).equals(Optional.of(used.provider()))
                    && row.value(SettingsTable.MODEL).equals(Optional.of(used.model())))
        .findFirst()
        .flatMap(row -> row.location(SettingsTable.API_KEY));
  }

  private static String line(
      String provider, String model, Optional<String> url, Optional<String> keyPlace) {
    if (provider.equals(ModelRef.SCRIPTED)) {
      return "scripted model · " + model.substring(model.lastIndexOf('/') + 1);
    }
    String at =
        url.filter(each -> !ModelCatalog.isVendorUrl(provider, each))
            .map(each -> " at " + each)
            .orElse("");
    return provider + "/" + model + at + keyPlace.map(place -> " · key from " + place).orElse("");
  }
}
