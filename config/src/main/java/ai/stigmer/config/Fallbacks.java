package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * Each fallback goes through the whole cascade as if one execution had asked for that model. So the rules that keep
 * a request from leading a key to an endpoint, or an endpoint to a key, that the owner of the machine did not put
 * together hold for fallbacks too.
 */
/** The models that stand in for the chosen one, each with endpoint and key of its own provider. */
final class Fallbacks {
  private final ConfigInput input;
  private final Report report;

  Fallbacks(ConfigInput input, Report report) {
    this.input = input;
    this.report = report;
  }

  /**
   * Resolves them; what is wrong with one is reported once.
   *
   * @param chosen the model that they stand in for
   */
  List<Resolved> of(Resolution setting, Resolved chosen) {
    var found = new ArrayList<Resolved>();
    var names = new ArrayList<String>(List.of(name(chosen)));
    for (ModelRef model : setting.value().flatMap(Values::models).orElse(List.of())) {
      Resolved resolved = resolve(model.toString(), setting);
      if (names.contains(name(resolved))) {
        report.note(name(resolved) + " is named twice; as a fallback it counts once");
      } else {
        names.add(name(resolved));
        found.add(resolved);
        tell(resolved, setting.location());
      }
    }
    return found;
  }

  private Resolved resolve(String model, Resolution setting) {
    Resolved resolved = Cascade.resolveAsked(input, model, setting.location());
    List<Resolution> rows =
        resolved.settings().stream()
            .map(row -> row.layer() == Layer.REQUEST ? row.from(setting) : row)
            .toList();
    return resolved.withSettings(rows);
  }

  private void tell(Resolved resolved, String location) {
    List<Problem> known = report.faults().stream().map(Report.Fault::problem).toList();
    for (Problem problem : resolved.problems()) {
      if (!known.contains(problem)) {
        var from = new ArrayList<>(problem.from());
        from.add("fallback " + name(resolved) + ": " + location);
        report.problem(
            SettingsTable.FALLBACKS,
            new Problem(
                problem.code(), problem.category(), problem.message(), from, problem.help()));
      }
    }
    Resolution key = resolved.get(SettingsTable.API_KEY);
    if (key.value().isPresent()) {
      report.notes().removeIf(note -> note.startsWith(key.location() + Checks.NOT_USED));
    }
    for (String note : resolved.notes()) {
      if (!report.notes().contains(note) && !note.contains(Checks.NOT_USED)) {
        report.note("fallback " + name(resolved) + ": " + note);
      }
    }
  }

  private static String name(Resolved resolved) {
    Optional<String> provider = resolved.value(SettingsTable.PROVIDER);
    return provider.orElse("") + "/" + resolved.value(SettingsTable.MODEL).orElse("");
  }
}
