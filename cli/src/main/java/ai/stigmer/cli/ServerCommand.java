package ai.stigmer.cli;

import ai.stigmer.cli.config.LlmOptions;
import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.snapshot.KeptWorkspaces;
import ai.stigmer.server.Driving;
import ai.stigmer.server.RunningServer;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.ServerOptions;
import ai.stigmer.server.StigmerServer;
import ai.stigmer.temporal.TemporalConnection;
import ai.stigmer.temporal.TemporalEngine;
import ai.stigmer.temporal.TemporalSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The daemon of this home. */
@Command(
    name = "server",
    description = "Serve agents and their runs over gRPC, on this machine.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Every call needs the token in server.token of the Stigmer home; docs/server.md shows how.",
      "Examples:",
      "  stigmer server start --background",
      "  stigmer server status",
      "  stigmer server logs -n 20",
      "  stigmer server token create --name ci --scope run --expires 30d",
      "  stigmer server stop"
    })
final class ServerCommand implements Runnable {
  private static final long STOP_SECONDS = 30;

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  ServerCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say which: start, stop, status, logs or token");
  }

  @Command(
      name = "start",
      description = "Start the server, and go on with runs that the one before it has left.",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      footer = {
        "",
        "Without --background it runs until Ctrl-C and logs to standard error.",
        "The options about models are the defaults of executions that name none."
      })
  int start(
      @Mixin ServerOptionsInput input,
      @Option(names = BackgroundServer.BACKGROUND, description = "Return when it is ready.")
          boolean background,
      @Option(names = BackgroundServer.LOGGED, hidden = true) boolean logged,
      @Mixin LlmOptions llm)
      throws IOException {
    ConfigInput configuration =
        input.added(llm.input(surroundings.env(), "stigmer server", surroundings.clock()));
    Resolved resolved = Cascade.resolve(configuration);
    List<Problem> problems = resolved.problems();
    // What such a server did with the runs that it takes up would be wrong, and some would end.
    for (Problem problem : problems) {
      if (problem.category() == Problem.Category.CONFIGURATION) {
        throw new ProblemException(problem);
      }
    }
    ServerOptions options =
        ServerOptionsInput.options(surroundings, configuration, resolved, env(configuration));
    resolved.notes().forEach(note -> surroundings.err().println("note: " + note));
    problems.forEach(
        problem ->
            surroundings
                .err()
                .println(
                    "note: executions that choose no other model will fail: "
                        + problem.code()
                        + ": "
                        + problem.message()));
    // Whom a server in the background has started starts no other one.
    if (background && !logged) {
      return new BackgroundServer(surroundings)
          .start(spec.commandLine().getParseResult().originalArgs());
    }
    PrintStream log = logged ? new BackgroundServer(surroundings).log() : surroundings.err();
    return serve(options, driving(resolved, options.workspaces()), log);
  }

  private Driving driving(Resolved resolved, Path workspaces) {
    return switch (resolved.engine()) {
      case EMBEDDED -> {
        if (resolved.workspaceStore().isPresent()) {
          surroundings
              .err()
              .println(
                  "note: workspace.store is not used: with engine = \"embedded\" workspaces stay in "
                      + workspaces
                      + "; they are kept there with engine = \"temporal\"");
        }
        yield new Driving.Here();
      }
      case TEMPORAL ->
          new Driving.Elsewhere(
              () ->
                  new TemporalEngine(
                      TemporalConnection.open(
                          TemporalSettings.of(resolved.temporal(), surroundings.env()))),
              resolved
                  .workspaceStore()
                  .map(store -> KeptWorkspaces.of(store, surroundings.env(), workspaces)));
    };
  }

  /** What runs must not write, wherever it lies. */
  private Map<String, String> env(ConfigInput configuration) {
    var env = new HashMap<>(surroundings.env());
    env.put("STIGMER_HOME", surroundings.home().toString());
    env.put("STIGMER_CONFIG", configuration.effectiveFile().toString());
    return env;
  }

  private int serve(ServerOptions options, Driving driving, PrintStream to) throws IOException {
    var log = new ServerLog(to, surroundings.clock());
    var over = new CountDownLatch(1);
    CancelToken cancel = new CancelToken();
    try (RunningServer running = RunningServer.claim(options.home());
        Signals.Handle _ = surroundings.signals().cancelling(cancel);
        StigmerServer server = StigmerServer.start(options, driving, log, surroundings.clock())) {
      running.tell((options.tls().isPresent() ? "https://" : "http://") + server.address());
      surroundings.out().println("ready: " + server.address());
      surroundings.out().flush();
      try (CancelToken.Registration _ = cancel.onCancel(over::countDown)) {
        over.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  @Command(
      name = "stop",
      description = "End the server; its runs stop between two steps and go on later.",
      mixinStandardHelpOptions = true)
  int stop() throws InterruptedException {
    RunningServer.Found found = found();
    ProcessHandle process = ProcessHandle.of(found.pid()).orElseThrow(ServerCommand::none);
    if (!process.destroy() && process.isAlive()) {
      throw Problem.of("E568", Problem.Category.RUN, "the server is not yours to stop")
          .from("process " + found.pid() + process.info().user().map(" of "::concat).orElse(""))
          .help("stop it as the user that runs it")
          .asException();
    }
    long left = STOP_SECONDS * 10;
    while (process.isAlive() && left-- > 0) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    if (process.isAlive()) {
      throw Problem.of(
              "E568",
              Problem.Category.RUN,
              "the server has not ended within " + STOP_SECONDS + " s")
          .from("process " + found.pid())
          .help("wait, or end it at once: kill -9 " + found.pid() + "; its runs go on later")
          .asException();
    }
    surroundings.out().println("stopped");
    return 0;
  }

  @Command(
      name = "status",
      description = "Tell whether the server runs, and where.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Ends with 0 when it is ready, with 1 when it runs and is not, with 9 when none runs. One that",
        "is degraded is ready, too: it takes work. The lines after tell what it is without."
      })
  int status() {
    RunningServer.Found found = found();
    String where = found.url() + ", process " + found.pid();
    try {
      ReadyProbe.Answer answer = ReadyProbe.ask(found.url());
      surroundings.out().println(word(answer) + ": " + where);
      if (!answer.isReady() || answer.isDegraded()) {
        missing(found).forEach(line -> surroundings.out().println("  " + line));
      }
      return answer.isReady() ? 0 : 1;
    } catch (IOException e) {
      String why = Visible.answer(String.valueOf(e.getMessage()));
      surroundings.out().println("not ready (no answer: " + why + "): " + where);
      return 1;
    }
  }

  private static String word(ReadyProbe.Answer answer) {
    if (!answer.isReady()) {
      return "not ready (status " + answer.status() + ")";
    }
    return answer.isDegraded() ? Visible.answer(answer.word()) : "ready";
  }

  /** What is wrong with which parts, a line each; only who brings a token is told. */
  private List<String> missing(RunningServer.Found found) {
    try (RemoteServer server = ServerChoice.ofHome(surroundings)) {
      return StreamSupport.stream(
              server.health().path("parts").spliterator(), /* parallel= */ false)
          .filter(part -> !part.path("ok").asBoolean())
          .map(
              part ->
                  "%s: %s: %s"
                      .formatted(
                          part.path("name").asText(),
                          part.path("code").asText(),
                          part.path("detail").asText()))
          .map(line -> Visible.line(line, Integer.MAX_VALUE))
          .toList();
    } catch (ProblemException e) {
      return List.of("what is wrong, with a token: " + found.url() + "/healthz/ready");
    }
  }

  private RunningServer.Found found() {
    return RunningServer.find(surroundings.home()).orElseThrow(ServerCommand::none);
  }

  private static RuntimeException none() {
    return Problem.of("E566", Problem.Category.SERVER, "no server of this home is running")
        .help("stigmer server start")
        .asException();
  }

  @Command(
      name = "logs",
      description = "Print what servers in the background had to say last, a line of JSON each.",
      mixinStandardHelpOptions = true)
  int logs(
      @Option(
              names = "-n",
              paramLabel = "N",
              defaultValue = "100",
              converter = AmountConverters.Lines.class,
              description = "How many lines, from the end (default: ${DEFAULT-VALUE}).")
          int count) {
    Path file = surroundings.home().resolve(BackgroundServer.LOG);
    if (!Files.exists(file)) {
      throw Problem.of(
              "E566",
              Problem.Category.SERVER,
              "no server of this home was started with --background, so that no log is kept")
          .from(file.toString())
          .help("a server without --background tells its log on its own standard error")
          .asException();
    }
    last(file, count).stream()
        .map(line -> Visible.line(line, Integer.MAX_VALUE))
        .forEach(surroundings.out()::println);
    return 0;
  }

  private static List<String> last(Path file, int count) {
    try {
      return LogFile.last(file, count);
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of("E506", Problem.Category.STORE, "the server's log cannot be read")
              .from(file.toString(), e.toString())
              .help("read it as the user that runs the server"),
          e);
    }
  }
}
