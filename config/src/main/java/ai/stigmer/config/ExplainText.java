package ai.stigmer.config;

import ai.stigmer.config.Resolution.Shadowed;
import ai.stigmer.graphton.model.Secret;

/** The table of {@code stigmer config explain}. */
final class ExplainText {
  private static final int KEY = 24;
  private static final int VALUE = 44;
  private static final int FROM = 10;

  private ExplainText() {}

  static String of(Resolved resolved) {
    var text = new StringBuilder();
    row(text, "KEY", "VALUE", "FROM", "WHERE");
    resolved.settings().forEach(resolution -> setting(text, resolution));
    int number = 0;
    for (Resolved fallback : resolved.fallbackRows()) {
      number++;
      row(text, "fallback " + number, "", "", "");
      fallback.settings().stream()
          .filter(resolution -> SettingsTable.isOfOneModel(resolution.setting().key()))
          .forEach(resolution -> setting(text, resolution));
    }
    resolved.notes().forEach(note -> text.append("note  ").append(note).append('\n'));
    return text.toString();
  }

  private static void setting(StringBuilder text, Resolution resolution) {
    row(
        text,
        resolution.setting().key(),
        shown(resolution),
        resolution.layer().id(),
        resolution.location());
    for (Shadowed loser : resolution.shadowed()) {
      String what =
          loser.reason().equals("shadowed") ? "shadowed: " : "dropped (" + loser.reason() + "): ";
      row(
          text,
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

  private static void row(StringBuilder text, String key, String value, String from, String where) {
    pad(text, key, KEY);
    pad(text, value, VALUE);
    pad(text, from, FROM);
    text.append(where).append('\n');
  }

  private static void pad(StringBuilder text, String cell, int width) {
    text.append(cell.replaceAll("\\p{Cntrl}", "?"))
        .append(" ".repeat(Math.max(1, width - cell.length())));
  }
}
