package ai.stigmer.cli;

import ai.stigmer.cli.screen.Count;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpHome;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import ai.stigmer.mcp.McpTools.Looked;
import ai.stigmer.mcp.ServerSandbox;
import ai.stigmer.runner.AgentFile;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.LiteralSecrets;
import ai.stigmer.runner.RunServers;
import ai.stigmer.runner.RunVariables;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The user's MCP servers. */
@Command(
    name = "mcp",
    description = "Add, list, test or remove MCP servers. Agents use their tools.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  stigmer mcp add files -- npx -y @modelcontextprotocol/server-filesystem .",
      "  stigmer mcp add hub --env HUB_TOKEN -- hub-mcp --stdio",
      "  stigmer mcp add docs --url https://mcp.example.com/mcp --header 'X-Team: docs'",
      "  stigmer mcp test files --accept"
    })
final class McpCommand implements Runnable {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  McpCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which: add, list, test or remove");
  }

  @Command(
      name = "add",
      description = "Start a server, show its tools, and keep it.",
      mixinStandardHelpOptions = true)
  int add(
      @Parameters(index = "0", paramLabel = "NAME", description = "The prefix of its tools.")
          String name,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "COMMAND",
              description = "How it is started; behind --.")
          @Nullable List<String> command,
      @Option(names = "--url", paramLabel = "URL", description = "Or where it is.")
          @Nullable String url,
      @Option(
              names = "--env",
              paramLabel = "NAME[=VALUE]",
              description = "A variable it gets; without a value, yours of that name.")
          @Nullable List<String> env,
      @Option(
              names = "--header",
              paramLabel = "'NAME: VALUE'",
              description = "Sent with each request; secrets as placeholders: explain E701.")
          @Nullable List<String> headers,
      @Option(names = "--tool", paramLabel = "NAME", description = "Only this tool; repeatable.")
          @Nullable List<String> tools,
      @Option(
              names = "--timeout",
              paramLabel = "SECONDS",
              defaultValue = "60",
              description = "For the start and each call (default: ${DEFAULT-VALUE}).")
          int timeout,
      @Option(
              names = "--allow-private",
              description = "The URL may lead to this machine or its network.")
          boolean allowPrivate,
      @Mixin ServerSandboxOptions sandbox) {
    var given = new Given(list(command), url, list(env), list(headers), allowPrivate, sandbox);
    McpServer server = server(name, given, list(tools), timeout);
    McpHome home = home();
    if (home.servers().stream().anyMatch(known -> known.name().equals(name))) {
      throw Problem.of(
              "E710", Problem.Category.USAGE, "there is an MCP server \"" + name + "\" already")
          .from(home.file().toString())
          .help("stigmer mcp remove " + name)
          .asException();
    }
    return switch (look(List.of(server)).getFirst()) {
      case Looked.Failed failed -> throw notAdded(failed.problem(), name).asException();
      case Looked.Offers(AcceptedServer found) -> {
        home.add(server);
        home.accept(found);
        McpConsent.show(found, surroundings.out());
        yield 0;
      }
    };
  }

  private static Problem notAdded(Problem problem, String name) {
    var lines = new ArrayList<>(problem.help());
    lines.remove("stigmer mcp test " + name);
    lines.add("nothing was added; when that is mended: stigmer mcp add " + name + " …");
    return problem.help(lines.toArray(String[]::new));
  }

  private record Given(
      List<String> command,
      @Nullable String url,
      List<String> env,
      List<String> headers,
      boolean allowPrivate,
      ServerSandboxOptions sandbox) {}

  private McpServer server(String name, Given given, List<String> tools, int timeout) {
    if (given.command().isEmpty() == (given.url() == null)) {
      throw wrong("say either a command behind -- or --url");
    }
    try {
      Optional<ServerSandbox> sandbox = given.sandbox().asked();
      if (sandbox.isPresent() && given.url() != null) {
        throw wrong("--sandbox is for a server that is started here, and --url names another one");
      }
      McpServer.Connection connection =
          given.url() == null
              ? new Stdio(
                  given.command().getFirst(),
                  given.command().subList(1, given.command().size()),
                  env(given.env()),
                  Optional.empty(),
                  sandbox)
              : Http.named(given.url(), headers(given.headers()), given.allowPrivate());
      Optional<String> secret = LiteralSecrets.in(connection);
      if (secret.isPresent()) {
        throw holdsSecret(secret.get());
      }
      return new McpServer(name, connection, tools, Duration.ofSeconds(timeout));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> env(List<String> words) {
    var env = new LinkedHashMap<String, String>();
    for (String word : words) {
      int at = word.indexOf('=');
      if (at == 0) {
        throw wrong("--env takes NAME or NAME=VALUE");
      }
      env.put(
          at < 0 ? word : word.substring(0, at),
          at < 0 ? "${" + word + "}" : word.substring(at + 1));
    }
    return env;
  }

  private static Map<String, String> headers(List<String> words) {
    var headers = new LinkedHashMap<String, String>();
    for (String word : words) {
      int at = word.indexOf(':');
      if (at < 1) {
        throw wrong("--header takes 'NAME: VALUE'");
      }
      headers.put(word.substring(0, at).strip(), word.substring(at + 1).strip());
    }
    return headers;
  }

  private static RuntimeException holdsSecret(String why) {
    return Problem.of("E433", Problem.Category.USAGE, why)
        .help(
            "a variable of yours: --env NAME, and export NAME=…",
            "in a header: --header 'Authorization: Bearer ${NAME}'")
        .asException();
  }

  private static RuntimeException wrong(String message) {
    return Problem.of("E708", Problem.Category.USAGE, message)
        .help("stigmer mcp add --help")
        .asException();
  }

  @Command(
      name = "list",
      description = "The servers, and how many of their tools were accepted.",
      mixinStandardHelpOptions = true)
  int list() {
    List<McpServer> servers = home().servers();
    if (servers.isEmpty()) {
      surroundings.err().println("there is no MCP server yet: stigmer mcp add --help");
    }
    for (McpServer server : servers) {
      String tools =
          home()
              .accepted(server)
              .map(known -> Count.of(known.tools().offers().size(), "tool") + " accepted")
              .orElse("not accepted");
      boolean kept = server.connection() instanceof Stdio stdio && stdio.sandbox().isPresent();
      surroundings
          .out()
          .println(
              server.name()
                  + "  "
                  + Visible.of(server.place())
                  + "  "
                  + tools
                  + (kept ? ", in a sandbox" : ""));
    }
    return 0;
  }

  @Command(
      name = "test",
      description = "Start servers, all at once, and show their tools and what changed.",
      mixinStandardHelpOptions = true)
  int test(
      @Parameters(arity = "0..*", paramLabel = "NAME", description = "Which; all without it.")
          @Nullable List<String> names,
      @Option(names = "--agent", paramLabel = "FILE", description = "The servers of an agent.")
          @Nullable Path agent,
      @Option(names = "--accept", description = "Accept the tools as they are now.")
          boolean accept) {
    List<McpServer> servers = agent == null ? chosen(list(names)) : of(agent);
    int status = 0;
    for (Looked looked : look(servers)) {
      status = Math.max(status, tell(looked, accept));
    }
    return status;
  }

  private int tell(Looked looked, boolean accept) {
    return switch (looked) {
      case Looked.Failed failed -> {
        surroundings
            .err()
            .print(ProblemText.of(failed.problem(), surroundings.terminal().palette()));
        yield failed.problem().category().exitStatus();
      }
      case Looked.Offers(AcceptedServer found) -> {
        McpConsent.show(found, surroundings.out());
        Optional<AcceptedServer> known = home().accepted(found.server());
        List<String> changes =
            known.map(k -> k.tools().differences(found.tools())).orElse(List.of("not accepted"));
        changes.forEach(change -> surroundings.out().println("  changed: " + Visible.of(change)));
        if (accept) {
          home().accept(found);
        }
        yield changes.isEmpty() || accept ? 0 : Problem.Category.DENIED.exitStatus();
      }
    };
  }

  @Command(name = "remove", description = "Forget a server.", mixinStandardHelpOptions = true)
  int remove(@Parameters(paramLabel = "NAME", description = "Which.") String name) {
    if (!home().remove(name)) {
      throw unknown(name);
    }
    surroundings.out().println("removed " + name);
    return 0;
  }

  private List<McpServer> chosen(List<String> names) {
    List<McpServer> all = home().servers();
    if (names.isEmpty()) {
      return all;
    }
    return names.stream()
        .map(
            name ->
                all.stream()
                    .filter(server -> server.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> unknown(name)))
        .toList();
  }

  private List<McpServer> of(Path agent) {
    return RunServers.of(AgentFile.read(agent), Optional.empty(), Path.of("."), home());
  }

  private RuntimeException unknown(String name) {
    List<String> known = home().servers().stream().map(McpServer::name).toList();
    return Problem.of("E706", Problem.Category.USAGE, "there is no MCP server \"" + name + "\"")
        .from(home().file().toString())
        .help(Spelling.hint(name, known) + "stigmer mcp list")
        .asException();
  }

  private List<Looked> look(List<McpServer> servers) {
    RunVariables variables = new RunVariables(List.of(), List.of(), RunServers.variables(servers));
    return McpTools.look(
        servers,
        new McpSurroundings(
            Path.of(""),
            surroundings.env(),
            variables.placeholders(surroundings.env()),
            CommandSandbox.hidden(surroundings.env())));
  }

  private McpHome home() {
    return new McpHome(surroundings.home());
  }

  private static List<String> list(@Nullable List<String> words) {
    return words == null ? List.of() : new ArrayList<>(words);
  }
}
