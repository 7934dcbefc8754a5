package ai.stigmer.cli;

import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.config.ModelCatalog;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.store.SqliteJournal;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/**
 * The command line: finds the command, runs it, turns every failure into words and an exit status.
 *
 * <p>Only the command that is asked for is loaded; that is most of a short command's start.
 */
public final class Stigmer {
  private final Surroundings surroundings;

  public Stigmer(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** A command line without a terminal and without signals. */
  public Stigmer(
      Map<String, String> env,
      InputStream in,
      PrintStream out,
      PrintStream err,
      JournalOpener journals) {
    this(
        new Surroundings(
            env, in, out, err, Terminal.NONE, journals, Signals.NONE, InstantSource.system()));
  }

  /**
   * Runs one command. Never throws for what a user, a model or the outside world did.
   *
   * @return the exit status, 0 to 8 or 130
   */
  public int execute(String... args) {
    List<String> words = List.of(args);
    try {
      return dispatch(words);
    } catch (ProblemException e) {
      return failed(words, e.problem(), e);
    } catch (OutOfMemoryError e) {
      return failed(words, outOfMemory(), e);
    } catch (RuntimeException | Error e) {
      return failed(words, bug(e), e);
    } finally {
      surroundings.out().flush();
      surroundings.err().flush();
    }
  }

  private int dispatch(List<String> words) {
    if (words.isEmpty()) {
      return help();
    }
    String first = words.getFirst();
    List<String> rest = words.subList(1, words.size());
    return switch (first) {
      case "--help", "-h" -> help();
      case "help" -> rest.isEmpty() ? help() : dispatch(List.of(rest.getFirst(), "--help"));
      case "--version", "-V" -> dispatch(List.of("version"));
      default -> first.startsWith("-") ? command("run", words) : command(first, rest);
    };
  }

  private int command(String name, List<String> arguments) {
    if (List.of("run", "chat", "resume", "fork").contains(name)) {
      Path home = surroundings.home();
      beside(() -> SqliteJournal.warmUp(home));
      beside(ModelCatalog::warmUp);
      beside(Sandbox::warmUp);
    }
    CommandLine line = commandLine(name);
    line.setParameterExceptionHandler((e, _) -> failed(arguments, usage(name, e), e));
    line.setExecutionExceptionHandler(
        (e, _, _) ->
            switch (e) {
              case ProblemException problem -> failed(arguments, problem.problem(), problem);
              default -> failed(arguments, bug(e), e);
            });
    return line.execute(arguments.toArray(String[]::new));
  }

  /** What fails here fails again for whoever needs it, who then says so in words. */
  private static void beside(Runnable warmUp) {
    Thread.ofVirtual().uncaughtExceptionHandler((_, _) -> {}).start(warmUp);
  }

  private CommandLine commandLine(String name) {
    if (!DatabaseOption.concerns(name)) {
      return Commands.commandLine(name, surroundings);
    }
    DatabaseOption option = new DatabaseOption(surroundings);
    CommandLine line = Commands.commandLine(name, surroundings.storing(option));
    option.addTo(name, line);
    return line;
  }

  private int help() {
    try (InputStream text = Stigmer.class.getResourceAsStream("help.txt")) {
      if (text == null) {
        throw new IllegalStateException("resource help.txt is missing");
      }
      surroundings.out().print(new String(text.readAllBytes(), StandardCharsets.UTF_8));
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int failed(List<String> arguments, Problem problem, Throwable cause) {
    if (wantsJson(arguments)) {
      surroundings.out().println(Json.line(Json.error(problem)));
    }
    surroundings.err().print(ProblemText.of(problem, surroundings.terminal().palette()));
    if (surroundings.debug()) {
      cause.printStackTrace(surroundings.err());
    }
    return problem.category().exitStatus();
  }

  private static boolean wantsJson(List<String> arguments) {
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (word.equals("--output") && i + 1 < arguments.size()) {
        return arguments.get(i + 1).endsWith("json");
      }
      if (word.startsWith("--output=")) {
        return word.endsWith("json");
      }
    }
    return false;
  }

  private static Problem usage(String name, CommandLine.ParameterException e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      return unmatched(name, unmatched);
    }
    String[] lines = String.valueOf(e.getMessage()).split("\n", -1);
    Problem problem =
        Problem.of("E001", Problem.Category.USAGE, lines[0]).help("stigmer " + name + " --help");
    return lines.length == 1 ? problem : problem.from(Arrays.copyOfRange(lines, 1, lines.length));
  }

  private static Problem unmatched(String name, CommandLine.UnmatchedArgumentException e) {
    String word = e.getUnmatched().getFirst();
    Problem problem =
        Problem.of(
            "E001",
            Problem.Category.USAGE,
            "stigmer "
                + name
                + (word.startsWith("-") ? " has no option " : " does not take ")
                + '"'
                + word
                + '"');
    String help = "stigmer " + name + " --help";
    return e.getSuggestions().isEmpty()
        ? problem.help(help)
        : problem.help("did you mean \"" + e.getSuggestions().getFirst() + "\"?", help);
  }

  private static Problem outOfMemory() {
    long most = Runtime.getRuntime().maxMemory() >> 20;
    return Problem.of(
            "E902", Problem.Category.RUN, "the memory of this process, " + most + " MiB, is full")
        .help(
            "give it more: JAVA_TOOL_OPTIONS=-Xmx4g", "a run can be resumed: stigmer resume last");
  }

  private static Problem bug(Throwable e) {
    String what = e.getMessage() == null ? "" : ": " + e.getMessage();
    return Problem.of("E900", Problem.Category.INTERNAL, e.getClass().getSimpleName() + what)
        .help("this is a bug of stigmer; STIGMER_DEBUG=1 shows where it happened");
  }
}
