package ai.stigmer.cli;

import ai.stigmer.cli.config.ConfigCommand;
import ai.stigmer.cli.config.EnvCommand;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** All commands by name; each is built only when it is asked for. */
final class Commands {
  static final List<String> NAMES =
      List.of(
          "run",
          "chat",
          "demo",
          "worker",
          "resume",
          "steer",
          "cancel",
          "undo",
          "replay",
          "fork",
          "export-test",
          "sessions",
          "store",
          "approvals",
          "permissions",
          "server",
          "console",
          "apply",
          "mcp",
          "new",
          "validate",
          "context",
          "models",
          "config",
          "env",
          "doctor",
          "explain",
          "completion",
          "version");

  private static final int WIDTH = 100;

  private Commands() {}

  /**
   * The command line of one command.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E002} when there is no such command
   */
  static CommandLine commandLine(String name, Surroundings surroundings) {
    PrintWriter out = new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8);
    CommandLine line = new CommandLine(command(name, surroundings, out, err));
    if (name.equals("server")) {
      line.addSubcommand(new ServerTokenCommand(surroundings));
    }
    line.setCommandName("stigmer " + name);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setUsageHelpWidth(WIDTH);
    line.setOut(out);
    line.setErr(err);
    return line;
  }

  private static Object command(
      String name, Surroundings surroundings, PrintWriter out, PrintWriter err) {
    return switch (name) {
      case "run" -> new RunCommand(surroundings);
      case "chat" -> new ChatCommand(surroundings);
      case "demo" -> new DemoCommand(surroundings);
      case "worker" -> new WorkerCommand(surroundings);
      case "resume" -> new ResumeCommand(surroundings);
      case "steer" -> new SteerCommand(surroundings);
      case "cancel" -> new CancelCommand(surroundings);
      case "undo" -> new UndoCommand(surroundings);
      case "replay" -> new ReplayCommand(surroundings);
      case "fork" -> new ForkCommand(surroundings);
      case "export-test" -> new ExportTestCommand(surroundings);
      case "sessions" -> new SessionsCommand(surroundings);
      case "store" -> new StoreCommand(surroundings);
      case "approvals" -> new ApprovalsCommand(surroundings);
      case "permissions" -> new PermissionsCommand(surroundings);
      case "server" -> new ServerCommand(surroundings);
      case "console" -> new ConsoleCommand(surroundings);
      case "apply" -> new ApplyCommand(surroundings);
      case "mcp" -> new McpCommand(surroundings);
      case "new" -> new NewCommand(surroundings);
      case "validate" -> new ValidateCommand(surroundings);
      case "context" -> new ContextCommand(surroundings);
      case "models" -> new ModelsCommand(surroundings);
      case "config" ->
          new ConfigCommand(surroundings.env(), surroundings.in(), out, err, surroundings.clock());
      case "env" -> new EnvCommand(surroundings.env(), out, surroundings.clock());
      case "doctor" -> new DoctorCommand(surroundings);
      case "explain" -> new ExplainCommand(surroundings);
      case "completion" -> new CompletionCommand(surroundings);
      case "version" -> new VersionCommand(surroundings);
      default -> throw unknown(name);
    };
  }

  private static RuntimeException unknown(String name) {
    Problem problem =
        Problem.of("E002", Problem.Category.USAGE, "there is no command \"" + name + "\"");
    String all = "commands: " + String.join(", ", NAMES);
    return Spelling.nearest(name, NAMES)
        .map(known -> problem.help("did you mean \"stigmer " + known + "\"?", all))
        .orElseGet(() -> problem.help("to give a task: stigmer run \"" + name + " …\"", all))
        .asException();
  }
}
