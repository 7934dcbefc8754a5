package ai.stigmer.cli;

import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.config.EnvReader;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
            env, System.in, out, err, Terminal.detect(env), JournalOpener.SQLITE, signals);
    return signals.exitStatus(new Stigmer(surroundings).execute(args));
  }

  /**
   * Runs one command inside this process.
   *
   * @return the exit status
   */
  public static int execute(
      String[] args, Map<String, String> env, InputStream in, PrintStream out, PrintStream err) {
    return new Stigmer(env, in, out, err, JournalOpener.SQLITE).execute(args);
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), 8192),
        false,
        StandardCharsets.UTF_8);
  }
}
