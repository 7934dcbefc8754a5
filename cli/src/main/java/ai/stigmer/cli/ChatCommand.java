package ai.stigmer.cli;

import ai.stigmer.cli.chat.LineEditor;
import ai.stigmer.cli.config.LlmOptions;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.screen.TextView;
import ai.stigmer.cli.screen.TextView.Detail;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.EngineChoice;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.Runner;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Talks with an agent at a terminal, turn by turn, in one run. */
@Command(
    addMethodSubcommands = false,
    name = "chat",
    description = "Talk with an agent at a terminal, turn by turn.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "What you type while it works is heard at its next step. Ctrl-C breaks off what it does.",
      "Ctrl-C or Ctrl-D on an empty line, or /exit, ends the session; /help tells more.",
      "Examples:",
      "  stigmer chat",
      "  stigmer chat --workspace src --permission-mode allow-edits",
      "  stigmer chat --resume last"
    })
final class ChatCommand implements Callable<Integer> {
  private static final String HISTORY = "history";

  /** What can be said anew about a session that goes on; all else is as it began. */
  private static final Set<String> WITH_RESUME =
      Set.of(
          "--resume",
          "--verbose",
          "--database-url",
          "--config",
          "--no-config",
          "--when-absent",
          "--unknown",
          "--max-turns",
          "--max-cost",
          "--max-total-tokens",
          "--timeout",
          "--max-model-calls",
          "--max-tool-calls",
          "--max-depth",
          "--max-fan-out");

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--resume",
      paramLabel = "ID",
      description = "Go on with this session; limits can be given anew, all else is as it began.")
  private @Nullable String resumed;

  @Option(
      names = {"-v", "--verbose"},
      description = "Show thinking and the results of tools as well.")
  private boolean verbose;

  @Mixin private TaskOptions task = new TaskOptions();
  @Mixin private ContextOptions context = new ContextOptions();
  @Mixin private LlmOptions llm = new LlmOptions();

  ChatCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view =
        new TextView(surroundings.out(), surroundings.err(), surroundings.terminal(), detail());
    try {
      refuseWithoutTerminal();
      return resumed == null ? begin(view) : goOn(view, resumed);
    } catch (ProblemException e) {
      view.failed(e.problem());
      return e.problem().category().exitStatus();
    }
  }

  private Detail detail() {
    return verbose ? Detail.VERBOSE : Detail.NORMAL;
  }

  private void refuseWithoutTerminal() {
    if (!surroundings.terminal().in() || !surroundings.terminal().out()) {
      throw Problem.of(
              "E008",
              Problem.Category.USAGE,
              "a chat needs a terminal, and standard "
                  + (surroundings.terminal().in() ? "output" : "input")
                  + " is none")
          .help("stigmer run \"a task\"", "stigmer resume last goes on with a session's run")
          .asException();
    }
  }

  private int begin(RunView view) {
    Resolved configuration = Cascade.resolve(input());
    if (!configuration.problems().isEmpty()) {
      configuration.notes().forEach(view::note);
      view.failed(configuration.problems(), configuration.exitStatus());
      return configuration.exitStatus();
    }
    return switch (new Readiness(surroundings, configuration).outcome()) {
      case Readiness.Outcome.Ended(int status) -> status;
      case Readiness.Outcome.Go(Resolved ready, List<String> notes) -> begin(view, ready, notes);
    };
  }

  private int begin(RunView view, Resolved configuration, List<String> notes) {
    if (configuration.engine() == EngineChoice.TEMPORAL) {
      throw Problem.of(
              "E008", Problem.Category.USAGE, "a chat drives its run itself; workers cannot")
          .from("engine: " + configuration.location("engine").orElse("temporal"))
          .help("stigmer chat --engine embedded", "stigmer run \"a task\"")
          .asException();
    }
    Conversation conversation =
        new Conversation(surroundings, view, input().effectiveFile(), configuration.telemetry());
    RunEnvironment environment =
        task.environment(
            surroundings, conversation, view, configuration, context, Optional.empty(), notes);
    String startLine =
        configuration.startLine()
            + " · provider from "
            + configuration.location("llm.provider").orElse("")
            + ", model from "
            + configuration.location("llm.model").orElse("");
    try (Journal journal = journal();
        Runner runner = conversation.over(journal)) {
      return talk(
          new ChatSession.Course(
              RunIds.next(surroundings.clock().instant()), environment, configuration, startLine),
          journal,
          runner);
    }
  }

  private int goOn(RunView view, String which) {
    refuseOptionsOfABeginning();
    Conversation conversation =
        new Conversation(
            surroundings, view, input().effectiveFile(), Cascade.resolve(input()).telemetry());
    String runId = GoingOn.find(surroundings, which);
    try (Journal journal = journal();
        Runner runner = conversation.over(journal)) {
      RunEnvironment journaled = runner.environment(runId);
      GoingOn run =
          GoingOn.of(
              view,
              journaled,
              input(),
              conversation.sandbox(journaled.workspace()).again(journaled.execution()),
              this::changed);
      return talk(
          new ChatSession.Course(runId, run.environment(), run.anew(), run.startLine()),
          journal,
          runner);
    }
  }

  private RunEnvironment changed(RunEnvironment ready) {
    Resolved now = Cascade.resolve(input());
    Optional<Problem> wrong =
        now.problems().stream().filter(problem -> problem.code().equals("E118")).findFirst();
    if (wrong.isPresent()) {
      throw wrong.get().asException();
    }
    boolean isGiven = spec.commandLine().getParseResult().hasMatchedOption("--max-turns");
    return new RunEnvironment(
        ready.agent(),
        ready.workspace(),
        ready.permissions(),
        ready.execution(),
        ready.model(),
        ready.fallbacks(),
        ready.configuration(),
        isGiven ? now.maxTurns() : ready.maxTurns(),
        ready.retries(),
        llm.over(ready.budget()),
        ready.context());
  }

  private void refuseOptionsOfABeginning() {
    Optional<OptionSpec> wrong =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .filter(option -> Stream.of(option.names()).noneMatch(WITH_RESUME::contains))
            .findFirst();
    if (wrong.isPresent()) {
      throw Problem.of(
              "E001",
              Problem.Category.USAGE,
              "a session goes on as it began; "
                  + wrong.get().longestName()
                  + " cannot be given with --resume")
          .help("stigmer chat --resume ID", "to go another way: stigmer fork ID --help")
          .asException();
    }
  }

  private Journal journal() {
    return surroundings.journals().open(surroundings.database(), JournalOpener.Access.WRITE);
  }

  private int talk(ChatSession.Course course, Journal journal, Runner runner) {
    boolean begun;
    try (LineEditor editor = LineEditor.open(surroundings.home().resolve(HISTORY))) {
      var session = new ChatSession(surroundings, editor, detail(), course, journal, runner);
      begun = resumed == null ? session.talk() : session.goOn();
    }
    if (begun) {
      surroundings.err().println("go on with: stigmer chat --resume " + course.runId());
    }
    return 0;
  }

  private ConfigInput input() {
    return llm.input(surroundings.env(), "stigmer chat", surroundings.clock());
  }
}
