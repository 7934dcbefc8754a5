package ai.stigmer.cli;

import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.snapshot.WorkspaceSweep;
import ai.stigmer.store.StoreCheck;
import ai.stigmer.store.StorePrune;
import ai.stigmer.store.StorePrune.Going;
import ai.stigmer.store.StoreStats;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the journal's keeper is told, for people. */
final class StoreText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

  private StoreText() {}

  static String check(String place, StoreCheck check) {
    var text = new StringBuilder(String.format(Locale.ROOT, "journal     %s%n", shown(place)));
    text.append(String.format(Locale.ROOT, "runs        %d%n", check.runs()));
    text.append(String.format(Locale.ROOT, "entries     %d%n", check.entries()));
    text.append(String.format(Locale.ROOT, "long texts  %d%n", check.blobs()));
    if (check.unreferenced() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "            %d that no entry names; the next prune removes them%n",
              check.unreferenced()));
    }
    for (Problem problem : check.problems()) {
      text.append(
          String.format(
              Locale.ROOT, "damaged     %s: %s%n", problem.code(), shown(problem.message())));
    }
    return text.append(
            check.problems().isEmpty() ? "all sound\n" : "keep the file; restore a backup\n")
        .toString();
  }

  static String prune(StorePrune.Report report, boolean dryRun) {
    var text = new StringBuilder();
    for (Going run : report.going()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s  %s  %s  %d entries%n",
              dryRun ? "would remove" : "removed",
              shown(run.runId()),
              TIME.format(run.updated()),
              run.entries()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%d runs %s, %s; %s stay%n",
            report.going().size(),
            dryRun ? "would go" : "went",
            size(report.bytes()),
            size(report.left())));
    if (report.held() > 0) {
      text.append(
          String.format(
              Locale.ROOT, "%d runs stay because a process is at work on them%n", report.held()));
    }
    if (report.unfinished() > 0) {
      text.append(
          String.format(
              Locale.ROOT, "%d runs stay because they are not finished%n", report.unfinished()));
    }
    return text.append(
            switch (report.room()) {
              case GIVEN_BACK -> "the room was given back to the disk\n";
              case LEFT_TO_THE_SERVER ->
                  "PostgreSQL uses the room again; VACUUM FULL gives it back to the disk\n";
              case KEPT_FOR_RUNS ->
                  "the file keeps its size, as runs are going on; they will use the room\n";
              case UNCHANGED -> "";
            })
        .toString();
  }

  /** What a sweep did to the store of workspaces; empty when no run has one there. */
  static String workspaces(Optional<WorkspaceSweep.Report> swept, boolean dryRun) {
    return swept
        .map(
            report ->
                String.format(
                    Locale.ROOT,
                    "workspaces  %s set aside, %s gone for good; %s stay%n",
                    amount(report.aside(), dryRun ? "would be" : "were"),
                    amount(report.removed(), dryRun ? "would be" : "are"),
                    amount(report.left(), "").strip()))
        .orElse(
            "workspaces  no run of this journal has one in workspace.store, so nothing is removed"
                + " there\n");
  }

  private static String amount(WorkspaceSweep.Amount amount, String verb) {
    return String.format(
        Locale.ROOT, "%d contents (%s) %s", amount.contents(), size(amount.bytes()), verb);
  }

  static String stats(String place, StoreStats stats) {
    var text = new StringBuilder(String.format(Locale.ROOT, "journal     %s%n", shown(place)));
    text.append(
        String.format(
            Locale.ROOT,
            "file        %s, %s of it free; log %s%n",
            size(stats.file()),
            size(stats.free()),
            size(stats.log())));
    text.append(String.format(Locale.ROOT, "runs        %d%n", stats.runs()));
    text.append(
        String.format(
            Locale.ROOT, "entries     %d, %s%n", stats.entries(), size(stats.entryBytes())));
    text.append(
        String.format(
            Locale.ROOT,
            "long texts  %d, %s; named %d times, which saves %s%n",
            stats.blobs(),
            size(stats.blobBytes()),
            stats.references(),
            size(Math.max(0, stats.unshared() - stats.blobBytes()))));
    for (Map.Entry<Integer, StoreStats.Growth> each : stats.growth().entrySet()) {
      text.append(
          String.format(
              Locale.ROOT,
              "last %-2d %s %d entries, %s%n",
              each.getKey(),
              each.getKey() == 1 ? "day " : "days",
              each.getValue().entries(),
              size(each.getValue().bytes())));
    }
    return text.toString();
  }

  /** Three digits are enough to decide by. */
  static String size(long bytes) {
    double amount = bytes;
    int unit = 0;
    for (; amount >= 1_024 && unit < UNITS.length - 1; unit++) {
      amount /= 1_024;
    }
    String format = unit == 0 || amount >= 100 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, format, amount, UNITS[unit]);
  }

  private static String shown(String text) {
    return Visible.line(text, Integer.MAX_VALUE);
  }
}
