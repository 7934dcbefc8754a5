package ai.stigmer.cli.screen;

import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.Finding.Level;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** What was found before a run, for people and for programs. */
public final class Findings {
  private Findings() {}

  /** One line each, help beneath, and a line that sums up. */
  public static String text(List<Finding> findings, Terminal terminal) {
    Palette palette = terminal.out() ? terminal.palette() : Palette.PLAIN;
    var text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s %-10s %s%n",
              mark(finding.level(), palette),
              finding.subject(),
              Visible.answer(finding.code().map(c -> c + " ").orElse("") + finding.text())));
      text.append(lines("from", finding.from())).append(lines("help", finding.help()));
    }
    return text.append('\n').append(summary(findings)).append('\n').toString();
  }

  private static StringBuilder lines(String label, List<String> lines) {
    var text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-10s %4s  %s%n",
              "",
              i == 0 ? label : "",
              Visible.answer(lines.get(i))));
    }
    return text;
  }

  /** The object {@code {"schema":1,"type":"doctor","ok":…,"checks":[…]}}. */
  public static ObjectNode json(List<Finding> findings) {
    ObjectNode json = Json.object("doctor").put("ok", count(findings, Level.FAILED) == 0);
    ArrayNode checks = json.putArray("checks");
    for (Finding finding : findings) {
      ObjectNode check = checks.addObject();
      check.put("subject", finding.subject());
      check.put("level", finding.level().name().toLowerCase(Locale.ROOT));
      finding.code().ifPresent(code -> check.put("code", code));
      check.put("text", finding.text());
      if (!finding.from().isEmpty()) {
        finding.from().forEach(check.putArray("from")::add);
      }
      finding.help().forEach(check.putArray("help")::add);
    }
    return json;
  }

  private static String mark(Level level, Palette palette) {
    return switch (level) {
      case OK -> palette.green("✓");
      case WARNING -> palette.dim("!");
      case FAILED -> palette.red("✗");
    };
  }

  private static String summary(List<Finding> findings) {
    long failed = count(findings, Level.FAILED);
    long warnings = count(findings, Level.WARNING);
    String all = warnings == 0 ? "" : ", " + warnings + (warnings == 1 ? " warning" : " warnings");
    return failed == 0
        ? "a run can start" + all
        : "a run would fail: " + failed + (failed == 1 ? " problem" : " problems") + all;
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
