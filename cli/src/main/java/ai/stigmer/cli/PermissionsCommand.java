package ai.stigmer.cli;

import ai.stigmer.cli.config.FileOption;
import ai.stigmer.cli.config.PermissionOptions;
import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.ExecutionMode;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.RuleSetting;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.permission.Examination;
import ai.stigmer.graphton.permission.Verdict;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.PermissionCheck;
import ai.stigmer.runner.RunPermissions;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the rules about tool calls, and what they say of one. */
@Command(
    name = "permissions",
    description = "Show what a run's tool calls are allowed, asked for or denied by.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  stigmer permissions list",
      "  stigmer permissions explain 'git status && git push'",
      "  stigmer permissions explain --tool read_file secrets/key.txt",
      "  stigmer permissions explain --deny 'execute(rm *)' 'make && rm -r target'"
    })
final class PermissionsCommand implements Runnable {
  /** Those that make a list of rules another one than the user wrote. */
  private static final Set<String> FATAL =
      Set.of("E106", "E119", "E124", "E125", "E126", "E155", "E156");

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  PermissionsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which: list or explain CMD");
  }

  @Command(
      name = "list",
      description = "List mode and rules of a new run, and where each comes from.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int list(
      @Mixin PermissionOptions options,
      @Mixin FileOption file,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    Resolved configuration = resolved(options, file);
    RunPermissions permissions = inEffect(configuration, Path.of("."));
    String origin = configuration.location("permissions.mode").orElse("built in");
    List<RuleSetting> rules =
        permissions.rules().stream()
            .sorted(Comparator.comparing((RuleSetting one) -> one.rule().verdict()).reversed())
            .toList();
    if (json) {
      ObjectNode object = Json.object("permissions");
      object.put("mode", permissions.mode().id()).put("from", origin);
      ArrayNode array = object.putArray("rules");
      rules.forEach(
          one ->
              array
                  .addObject()
                  .put("verdict", id(one.rule().verdict()))
                  .put("rule", one.rule().text())
                  .put("from", one.location()));
      surroundings.out().println(Json.line(object));
    } else {
      surroundings.out().println("mode " + permissions.mode().id() + "  (" + origin + ")");
      rules.forEach(one -> row(one.rule().verdict(), one.rule().text(), one.location()));
    }
    return 0;
  }

  @Command(
      name = "explain",
      description =
          "Tell what becomes of a call: 0 when it runs, 7 when it is asked for or denied.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int explain(
      @Parameters(
              arity = "0..*",
              paramLabel = "CMD",
              description = "The command, or what another tool is given: the path of a file.")
          List<String> words,
      @Option(
              names = "--tool",
              paramLabel = "NAME",
              defaultValue = "execute",
              description = "The tool (default: execute).")
          String tool,
      @Option(
              names = "--workspace",
              paramLabel = "DIR",
              defaultValue = ".",
              description = "The folder it works in (default: this one).")
          Path workspace,
      @Mixin PermissionOptions options,
      @Mixin FileOption file,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    String given = words == null ? "" : String.join(" ", words);
    if (tool.equals("execute") && given.isBlank()) {
      throw new ParameterException(
          spec.subcommands().get("explain"), "say which command: explain 'git status'");
    }
    RunPermissions permissions = inEffect(resolved(options, file), workspace);
    Examination seen =
        new PermissionCheck(permissions, workspace, surroundings.env(), servers())
            .examine(tool, given);
    if (json) {
      surroundings.out().println(Json.line(json(tool, permissions, seen)));
    } else {
      surroundings.out().println(id(seen.verdict()) + ": " + in(seen.verdict()));
      for (Examination.Part part : seen.parts()) {
        row(part.verdict(), part.text(), why(permissions, part));
      }
    }
    return seen.verdict() == Verdict.ALLOW ? 0 : Problem.Category.DENIED.exitStatus();
  }

  private Resolved resolved(PermissionOptions options, FileOption file) {
    ConfigInput input =
        ConfigInput.of(surroundings.env(), "stigmer permissions").clock(surroundings.clock());
    Resolved configuration = Cascade.resolve(file.added(options.added(input)));
    configuration.problems().stream()
        .filter(problem -> FATAL.contains(problem.code()))
        .findFirst()
        .ifPresent(
            problem -> {
              throw problem.asException();
            });
    return configuration;
  }

  private RunPermissions inEffect(Resolved configuration, Path workspace) {
    Execution asked = Execution.asked(configuration);
    Execution decided =
        asked.mode() == ExecutionMode.SANDBOX
            ? new CommandSandbox(workspace, surroundings.env()).decide(asked).execution()
            : asked;
    return RunPermissions.of(configuration).inEffect(decided, servers());
  }

  private List<AcceptedServer> servers() {
    McpHome home = new McpHome(surroundings.home());
    return home.servers().stream().flatMap(server -> home.accepted(server).stream()).toList();
  }

  private void row(Verdict verdict, String text, String why) {
    surroundings
        .out()
        .printf(Locale.ROOT, "  %-5s  %s  (%s)%n", id(verdict), Visible.of(text), Visible.of(why));
  }

  private static ObjectNode json(String tool, RunPermissions permissions, Examination seen) {
    ObjectNode object = Json.object("permissions-explain").put("tool", tool);
    object.put("verdict", id(seen.verdict())).put("mode", permissions.mode().id());
    ArrayNode parts = object.putArray("parts");
    for (Examination.Part part : seen.parts()) {
      ObjectNode row =
          parts
              .addObject()
              .put("text", part.text())
              .put("verdict", id(part.verdict()))
              .put("why", part.why());
      part.rule()
          .flatMap(permissions::origin)
          .ifPresentOrElse(from -> row.put("from", from), () -> row.putNull("from"));
    }
    return object;
  }

  private static String why(RunPermissions permissions, Examination.Part part) {
    return part.why()
        + part.rule().flatMap(permissions::origin).map(from -> ", from " + from).orElse("");
  }

  private static String in(Verdict verdict) {
    return switch (verdict) {
      case ALLOW -> "it runs without a question";
      case ASK -> "somebody is asked first; without a terminal it is denied, or waits";
      case DENY -> "it does not run, and the model is told";
    };
  }

  private static String id(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }
}
