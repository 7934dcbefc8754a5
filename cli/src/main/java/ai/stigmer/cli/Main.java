package ai.stigmer.cli;

import ai.stigmer.cli.screen.Palette;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.config.EnvReader;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.KnownSecrets;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/** The process: real streams, real environment, one exit status. */
public final class Main {
  private Main() {}

  static void main(String[] args) {
    int status =
        run(
            args,
            EnvReader.system(),
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err));
    // Threads that still wait for a network must not keep the process; the journal is closed by
    // now.
    System.exit(status);
  }

  /**
   * Runs one command as this process: with its standard input, terminal and signals.
   *
   * @param out gets standard output, without secrets
   * @param err likewise standard error
   * @return the exit status
   */
  public static int run(
      String[] args, Map<String, String> env, OutputStream out, OutputStream err) {
    Redactor secrets = KnownSecrets.in(env);
    WatchedStream watched = new WatchedStream(out);
    PrintStream clean = stream(RedactedStream.around(watched, secrets));
    PrintStream cleanErr = stream(RedactedStream.around(err, secrets));
    ProcessSignals signals = new ProcessSignals();
    Surroundings surroundings =
        new Surroundings(
            env,
            System.in,
            clean,
            cleanErr,
            Terminal.detect(env),
            JournalOpener.sqlite(),
            signals,
            InstantSource.system());
    int status = signals.exitStatus(new Stigmer(surroundings).execute(args));
    clean.flush();
    status = watched.failure().map(why -> unwritten(why, cleanErr)).orElse(status);
    cleanErr.flush();
    return status;
  }

  /**
   * Runs one command inside this process.
   *
   * @return the exit status
   */
  public static int execute(
      String[] args, Map<String, String> env, InputStream in, PrintStream out, PrintStream err) {
    return execute(args, env, in, out, err, InstantSource.system());
  }

  /** The same at another time. */
  public static int execute(
      String[] args,
      Map<String, String> env,
      InputStream in,
      PrintStream out,
      PrintStream err,
      InstantSource clock) {
    var surroundings =
        new Surroundings(
            env, in, out, err, Terminal.NONE, JournalOpener.sqlite(), Signals.NONE, clock);
    return new Stigmer(surroundings).execute(args);
  }

  /** An answer that nobody got is no success, whatever the run came to. */
  private static int unwritten(String why, PrintStream err) {
    Problem problem =
        Problem.of("E006", Problem.Category.RUN, "standard output could not be written: " + why)
            .help("the run itself is in the journal: stigmer sessions show last");
    err.print(ProblemText.of(problem, Palette.PLAIN));
    return problem.category().exitStatus();
  }

  private static PrintStream stream(OutputStream to) {
    return new PrintStream(new BufferedOutputStream(to, 8192), false, StandardCharsets.UTF_8);
  }
}
