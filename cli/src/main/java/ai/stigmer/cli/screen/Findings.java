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
              Visible.answer(finding.text())));
      String label = "help";
      for (String line : finding.help()) {
        text.append(
            String.format(Locale.ROOT, "  %-10s %s  %s%n", "", label, Visible.answer(line)));
        label = "    ";
      }
    }
    return text.append('\n').append(summary(findings)).append('\n').toString();
  }

  /** The object {@code {"schema":1,"type":"doctor","ok":…,"checks":[…]}}. */
  public static ObjectNode json(List<Finding> findings) {
    ObjectNode json = Json.object("doctor").put("ok", count(findings, Level.FAILED) == 0);
    ArrayNode checks = json.putArray("checks");
    for (Finding finding : findings) {
      ObjectNode check = checks.addObject();
      check.put("subject", finding.subject());
      check.put("level", finding.level().name().toLowerCase(Locale.ROOT));
      check.put("text", finding.text());
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
        : failed + (failed == 1 ? " problem" : " problems") + all;
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
