package ai.stigmer.cli;

import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.config.EnvReader;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/** The process: real streams, real environment, one exit status. */
public final class Main {
  private Main() {}

  static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    int status = run(args, EnvReader.system(), out, err);
    out.flush();
    err.flush();
    // Threads that still wait for a network must not keep the process; the journal is closed by
    // now.
    System.exit(status);
  }

  /**
   * Runs one command as this process: with its standard input, terminal and signals.
   *
   * @return the exit status
   */
  public static int run(String[] args, Map<String, String> env, PrintStream out, PrintStream err) {
    ProcessSignals signals = new ProcessSignals();
    Surroundings surroundings =
        new Surroundings(
            env,
            System.in,
            out,
            err,
            Terminal.detect(env),
            JournalOpener.SQLITE,
            signals,
            InstantSource.system());
    return signals.exitStatus(new Stigmer(surroundings).execute(args));
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
            env, in, out, err, Terminal.NONE, JournalOpener.SQLITE, Signals.NONE, clock);
    return new Stigmer(surroundings).execute(args);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 8192),
        false,
        StandardCharsets.UTF_8);
  }
}
