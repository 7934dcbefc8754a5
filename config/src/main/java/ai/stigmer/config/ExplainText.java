package ai.stigmer.config;

import ai.stigmer.config.Resolution.Shadowed;
import ai.stigmer.graphton.model.Secret;
import java.util.List;

/** The table of {@code stigmer config explain}. */
final class ExplainText {
  private static final int VALUE = 44;
  private static final int FROM = 10;

  private final StringBuilder text = new StringBuilder();
  private final String part;
  private final int key;

  private ExplainText(Resolved resolved, String part) {
    this.part = part;
    this.key =
        2
            + resolved.settings().stream()
                .filter(resolution -> resolution.isOf(part))
                .mapToInt(resolution -> resolution.setting().key().length())
                .max()
                .orElse(0);
  }

  static String of(Resolved resolved, String part) {
    return new ExplainText(resolved, part).all(resolved);
  }

  private String all(Resolved resolved) {
    row("KEY", "VALUE", "FROM", "WHERE");
    resolved.settings().stream().filter(row -> row.isOf(part)).forEach(this::setting);
    int number = 0;
    for (Resolved fallback : resolved.fallbackRows()) {
      number++;
      List<Resolution> rows =
          fallback.settings().stream()
              .filter(resolution -> SettingsTable.isOfOneModel(resolution.setting().key()))
              .filter(resolution -> resolution.isOf(part))
              .toList();
      if (!rows.isEmpty()) {
        row("fallback " + number, "", "", "");
        rows.forEach(this::setting);
      }
    }
    resolved.notes().forEach(note -> text.append("note  ").append(note).append('\n'));
    return text.toString();
  }

  private void setting(Resolution resolution) {
    row(
        resolution.setting().key(),
        shown(resolution),
        resolution.layer().id(),
        resolution.location());
    for (Shadowed loser : resolution.shadowed()) {
      String what =
          loser.reason().equals("shadowed") ? "shadowed: " : "dropped (" + loser.reason() + "): ";
      row(
          "",
          "└ " + what + (loser.value().isEmpty() ? "(empty)" : loser.value()),
          loser.layer().id(),
          loser.location());
    }
  }

  private static String shown(Resolution resolution) {
    if (resolution.value().isEmpty()) {
      return resolution.setting().key().equals(SettingsTable.TEMPERATURE) ? "not sent" : "unset";
    }
    String value = resolution.value().get();
    if (resolution.setting().kind() == Setting.Kind.DATABASE) {
      return DatabaseUrl.shown(value);
    }
    if (resolution.setting().secret()) {
      return Secret.of(value).toString();
    }
    String full = resolution.resolved().map(id -> value + " → " + id).orElse(value);
    return resolution.sent() ? full : full + "  (not sent)";
  }

  private void row(String name, String value, String from, String where) {
    pad(name, key);
    pad(value, VALUE);
    pad(from, FROM);
    text.append(where).append('\n');
  }

  private void pad(String cell, int width) {
    text.append(cell.replaceAll("\\p{Cntrl}", "?"))
        .append(" ".repeat(Math.max(1, width - cell.length())));
  }
}
