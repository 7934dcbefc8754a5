package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.UserHome;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.KnownSecrets;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * Everything outside that a command may touch.
 *
 * @param env the environment variables
 * @param out the answer
 * @param err everything else
 * @param terminal which of the streams are a screen
 * @param journals opens the journal
 * @param signals tells of Ctrl-C
 * @param clock the time of day
 */
public record Surroundings(
    Map<String, String> env,
    InputStream in,
    PrintStream out,
    PrintStream err,
    Terminal terminal,
    JournalOpener journals,
    Signals signals,
    InstantSource clock) {

  public Surroundings {
    env = Map.copyOf(env);
    requireNonNull(in, "in is null");
    requireNonNull(out, "out is null");
    requireNonNull(err, "err is null");
    requireNonNull(terminal, "terminal is null");
    requireNonNull(journals, "journals is null");
    requireNonNull(signals, "signals is null");
    requireNonNull(clock, "clock is null");
  }

  /** The same with the journal where an option, or the configuration, puts it. */
  Surroundings storing(DatabaseOption option) {
    return new Surroundings(
        env,
        in,
        out,
        err,
        terminal,
        new ConfiguredOpener(journals, option, err, KnownSecrets.in(env), home()),
        signals,
        clock);
  }

  /** Where the journal is. */
  JournalOpener.Place place() {
    return journals.place(database());
  }

  /** Where configuration and journal live: {@code STIGMER_HOME}, else {@code ~/.stigmer}. */
  Path home() {
    return UserHome.stigmer(env);
  }

  Path database() {
    return home().resolve("stigmer.db");
  }

  /** The folder that keeps what was found out about models. */
  Path probes() {
    return home().resolve("probes");
  }

  /** Says why traces of runs are not sent. */
  void untraced(Problem problem) {
    String from = problem.from().isEmpty() ? "" : " (" + String.join(", ", problem.from()) + ")";
    err.println("note: " + Visible.of(problem.code() + ": " + problem.message() + from));
  }

  /** Whether stack traces are wanted. */
  boolean debug() {
    return "1".equals(env.get("STIGMER_DEBUG"));
  }
}
