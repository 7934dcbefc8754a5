package ai.stigmer.cli;

import ai.stigmer.cli.screen.Visible;
import ai.stigmer.models.ollama.PullProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How far a download is, on standard error: one line that is written over on a terminal, a line for
 * each tenth without one.
 *
 * <p>Thread contract: for one thread.
 */
final class PullLine implements Consumer<PullProgress> {
  private static final long BETWEEN = Duration.ofMillis(100).toNanos();
  private static final int WIDTH = 20;
  private static final String CLEAR_LINE = "\r\u001b[K";

  /** How the line is shown. */
  enum Form {
    /** Written over again and again. */
    LIVE,
    /** A new one for each tenth. */
    PLAIN
  }

  private final PrintStream err;
  private final String model;
  private final Form form;
  private final LongSupplier nanos;
  private long begun = -1;
  private long atBeginning;
  private long shownAt;
  private long tenth = -1;
  private String shownStatus = "";
  private boolean open;

  PullLine(PrintStream err, String model, Form form, LongSupplier nanos) {
    this.err = err;
    this.model = Visible.of(model);
    this.form = form;
    this.nanos = nanos;
  }

  @Override
  public void accept(PullProgress progress) {
    long now = nanos.getAsLong();
    if (progress.total() == 0) {
      return;
    }
    if (begun < 0) {
      begun = now;
      atBeginning = progress.completed();
    }
    switch (form) {
      case LIVE -> live(progress, now);
      case PLAIN -> plain(progress, now);
    }
  }

  private void live(PullProgress progress, long now) {
    boolean over = progress.completed() >= progress.total();
    boolean news = over ? !progress.status().equals(shownStatus) : now - shownAt >= BETWEEN;
    if (open && !news) {
      return;
    }
    shownAt = now;
    shownStatus = progress.status();
    open = true;
    err.print(
        CLEAR_LINE
            + model
            + "  "
            + bar(progress)
            + "  "
            + measures(progress, now)
            + "  "
            + (over ? Visible.of(shownStatus) : "(Ctrl-C keeps what has arrived)"));
    err.flush();
  }

  private void plain(PullProgress progress, long now) {
    long reached = 10 * progress.completed() / progress.total();
    if (reached > tenth) {
      tenth = reached;
      err.println("pulling " + model + ": " + 10 * reached + "%, " + measures(progress, now));
      err.flush();
    }
  }

  /** Ends the line. */
  void end() {
    if (open) {
      open = false;
      err.println();
      err.flush();
    }
  }

  private static String bar(PullProgress progress) {
    int full = (int) Math.min(WIDTH, WIDTH * progress.completed() / progress.total());
    return "█".repeat(full) + "░".repeat(WIDTH - full);
  }

  private String measures(PullProgress progress, long now) {
    String sizes = size(progress.completed()) + " of " + size(progress.total());
    double seconds = (now - begun) / 1e9;
    long arrived = progress.completed() - atBeginning;
    if (seconds < 0.05 || arrived <= 0) {
      return sizes;
    }
    double rate = arrived / seconds;
    long left = Math.round((progress.total() - progress.completed()) / rate);
    return sizes + "  " + size((long) rate) + "/s  " + time(left) + " left";
  }

  static String size(long bytes) {
    String[] units = {"kB", "MB", "GB"};
    double number = bytes / 1000.0;
    int unit = 0;
    while (number >= 999.95 && unit < units.length - 1) {
      number /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", number, units[unit]);
  }

  private static String time(long seconds) {
    return seconds >= 3600
        ? seconds / 3600 + "h " + seconds % 3600 / 60 + "m"
        : seconds >= 60 ? seconds / 60 + "m " + seconds % 60 + "s" : seconds + "s";
  }
}
