package ai.stigmer.cli;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Pull;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.models.ollama.Fitness;
import ai.stigmer.models.ollama.OllamaProvider;
import ai.stigmer.models.ollama.OllamaServer;
import ai.stigmer.models.ollama.PullEnd;
import ai.stigmer.models.ollama.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Sees before a run that Ollama and the model are there. Nothing is started, pulled or replaced
 * silently: whoever sits at the terminal is asked, a setting allows it, or a note tells. A model
 * that somebody chose is never replaced. A run with a chosen model, without a terminal and without
 * leave to pull, asks nothing here: it finds out by itself.
 */
final class Readiness {
  private final Surroundings surroundings;
  private final Resolved configuration;
  private final LlmConfig llm;
  private final boolean asks;

  /** What came of it. */
  sealed interface Outcome {

    /**
     * The run can begin.
     *
     * @param configuration with the model that is used
     * @param notes what the user should know
     */
    record Go(Resolved configuration, List<String> notes) implements Outcome {}

    /** The user ended the command, which said all there is to say. */
    record Ended(int status) implements Outcome {}
  }

  Readiness(Surroundings surroundings, Resolved configuration) {
    this.surroundings = surroundings;
    this.configuration = configuration;
    this.llm = configuration.llm();
    this.asks = Question.canBeAsked(surroundings);
  }

  /**
   * Looks, and asks where it must.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the run could not begin
   */
  Outcome outcome() {
    boolean mayAct =
        asks || configuration.isModelByDefault() || configuration.pull() == Pull.WHEN_MISSING;
    if (!llm.provider().equals("ollama") || llm.baseUrl().isEmpty() || !mayAct) {
      return go();
    }
    OllamaServer server = OllamaServer.at(llm.baseUrl().get(), llm.apiKey());
    return switch (server.installed()) {
      case Reply.Ok<List<OllamaServer.Installed>>(var installed) -> model(server, installed);
      case Reply.Failed<List<OllamaServer.Installed>>(ModelFailure failure) ->
          failure.kind() == ModelFailure.Kind.UNAVAILABLE ? unreachable(server, failure) : go();
    };
  }

  private Outcome go() {
    return new Outcome.Go(configuration, List.of());
  }

  private Outcome unreachable(OllamaServer server, ModelFailure failure) {
    LocalServer local = new LocalServer(surroundings, llm.baseUrl().orElseThrow());
    Optional<Path> program = local.program();
    if (!asks || !local.isHere() || program.isEmpty() || !configuration.fallbacks().isEmpty()) {
      return go();
    }
    tell(
        ProblemText.of(
                failure
                    .problem()
                    .from(with(failure.problem().from(), program.get()))
                    .help(
                        "ollama serve   (its log would be " + local.log() + ")",
                        "another server: stigmer run --provider openai --base-url"
                            + " http://localhost:1234/v1 -m ID",
                        "the cloud: stigmer run --mode cloud" + keyThatIsSet()),
                surroundings.terminal().palette())
            .stripTrailing());
    return switch (new Question(surroundings).choice("start it now? [Y]es  [d]octor  [q]uit")) {
      case "", "y", "yes" -> {
        local.start(program.get(), () -> server.version() instanceof Reply.Ok<String>);
        tell(
            "✓ ollama answers at "
                + llm.baseUrl().orElseThrow()
                + "; it goes on when stigmer ends; its log: "
                + local.log());
        yield outcome();
      }
      case "d", "doctor" -> {
        var _ =
            new Stigmer(surroundings).execute("doctor", "--base-url", llm.baseUrl().orElseThrow());
        yield new Outcome.Ended(failure.problem().category().exitStatus());
      }
      default -> new Outcome.Ended(failure.problem().category().exitStatus());
    };
  }

  private static String[] with(List<String> from, Path program) {
    return Stream.concat(
            from.stream(), Stream.of("ollama is installed at " + program + " and not running"))
        .toArray(String[]::new);
  }

  private String keyThatIsSet() {
    return surroundings.env().getOrDefault("ANTHROPIC_API_KEY", "").isBlank()
        ? ""
        : "   (ANTHROPIC_API_KEY is set; local mode does not use it)";
  }

  private Outcome model(OllamaServer server, List<OllamaServer.Installed> installed) {
    String wanted = llm.modelName();
    boolean there = installed.stream().anyMatch(one -> one.isNamed(wanted));
    if (configuration.isModelByDefault()) {
      return byDefault(server, installed, there);
    }
    if (there || server.show(wanted) instanceof Reply.Ok<OllamaServer.Card>) {
      return go();
    }
    return switch (configuration.pull()) {
      case WHEN_MISSING -> pulled(server, wanted);
      case NEVER -> go();
      case ASK -> asks ? askForChosen(server, wanted) : go();
    };
  }

  private Outcome askForChosen(OllamaServer server, String wanted) {
    tell("! " + wanted + " is not installed in Ollama");
    String answer = new Question(surroundings).choice("pull it now? [Y]es  [q]uit");
    return isYes(answer)
        ? pulled(server, wanted)
        : new Outcome.Ended(Problem.Category.MODEL.exitStatus());
  }

  private static boolean isYes(String answer) {
    return answer.isEmpty() || answer.equals("y") || answer.equals("yes");
  }

  private Outcome byDefault(
      OllamaServer server, List<OllamaServer.Installed> installed, boolean there) {
    Machine machine = Machine.of(new LocalServer(surroundings, llm.baseUrl().orElseThrow()));
    List<OllamaServer.Installed> candidates = Fitness.candidates(installed, machine.memory());
    boolean unfit = there && Fitness.isUnfit(llm.modelName()) && candidates.isEmpty();
    if (there && !(unfit && asks && configuration.pull() == Pull.ASK)) {
      return go();
    }
    Optional<String> best = there ? Optional.empty() : bestOf(candidates);
    if (best.isPresent()) {
      return instead(
          best.get(),
          Resolved.StandIn.INSTALLED,
          "the default "
              + llm.modelName()
              + " is not installed; "
              + best.get()
              + " is the best installed model that calls tools; keep it with: stigmer config set"
              + " llm.model ollama/"
              + best.get());
    }
    String recommended = Fitness.recommended(machine.memory());
    return switch (configuration.pull()) {
      case WHEN_MISSING -> pulled(server, recommended);
      case NEVER -> throw noModel(recommended, installed);
      case ASK -> {
        if (!asks) {
          throw noModel(recommended, installed);
        }
        yield askForDefault(server, recommended, there);
      }
    };
  }

  /** Tries each model that was never used here, the best first, until one calls a tool. */
  private Optional<String> bestOf(List<OllamaServer.Installed> candidates) {
    CancelToken cancel = new CancelToken();
    try (Signals.Handle _ = surroundings.signals().cancelling(cancel);
        OllamaProvider provider = new OllamaProvider(surroundings.probes())) {
      return candidates.stream()
          .map(OllamaServer.Installed::name)
          .filter(
              name ->
                  provider.callsTools(
                      configuration
                          .withModel(name, Resolved.StandIn.INSTALLED)
                          .llm()
                          .toModelSettings(),
                      cancel))
          .findFirst();
    }
  }

  private Outcome askForDefault(OllamaServer server, String recommended, boolean there) {
    String own = llm.modelName();
    tell(
        there
            ? "! " + own + " is installed and known not to work well with tools (W216)"
            : "! no installed model is fit for an agent");
    String use = there ? "  [u]se " + own : "";
    Question question = new Question(surroundings);
    String answer =
        question.choice("pull " + recommended + " now? [Y]es  [o]ther model" + use + "  [q]uit");
    if (there && (answer.equals("u") || answer.equals("use"))) {
      return new Outcome.Go(
          configuration,
          List.of("not asked again with: stigmer config set llm.model ollama/" + own));
    }
    if (answer.equals("o") || answer.equals("other")) {
      String other = question.line("which one? (https://ollama.com/library)");
      return other.isEmpty()
          ? new Outcome.Ended(Problem.Category.MODEL.exitStatus())
          : pulled(server, other);
    }
    return isYes(answer)
        ? pulled(server, recommended)
        : new Outcome.Ended(Problem.Category.MODEL.exitStatus());
  }

  private Outcome pulled(OllamaServer server, String model) {
    CancelToken cancel = new CancelToken();
    PullLine line =
        new PullLine(
            surroundings.err(),
            model,
            surroundings.terminal().err() ? PullLine.Form.LIVE : PullLine.Form.PLAIN,
            System::nanoTime);
    PullEnd end;
    try (Signals.Handle _ = surroundings.signals().cancelling(cancel)) {
      end = server.pull(model, cancel, line);
    }
    line.end();
    return switch (end) {
      case PullEnd.Installed() -> ready(model);
      case PullEnd.Failed(ModelFailure failure) -> throw failure.problem().asException();
      case PullEnd.Cancelled() -> {
        tell("cancelled: what has arrived of " + model + " is kept; the next pull goes on there");
        yield new Outcome.Ended(Ends.INTERRUPTED);
      }
    };
  }

  private Outcome ready(String model) {
    if (!configuration.isModelByDefault()) {
      tell("✓ ready: ollama/" + model);
      return go();
    }
    tell(
        "✓ ready: ollama/"
            + model
            + " · not saved; keep it with: stigmer config set llm.model ollama/"
            + model);
    return instead(model, Resolved.StandIn.PULLED);
  }

  private Outcome instead(String model, Resolved.StandIn why, String... notes) {
    return new Outcome.Go(configuration.withModel(model, why), List.of(notes));
  }

  private RuntimeException noModel(String recommended, List<OllamaServer.Installed> installed) {
    Problem problem =
        Problem.of(
            "E202",
            Problem.Category.MODEL,
            "the default model "
                + llm.modelName()
                + " is not installed in Ollama, and no installed model is fit for an agent");
    String pull = "ollama pull " + recommended;
    String when = "or have it pulled: stigmer run --pull when-missing …";
    return installed.stream()
        .filter(model -> model.capabilities().contains("tools"))
        .findFirst()
        .map(
            model ->
                problem.help(pull, when, "or use what is there: --model ollama/" + model.name()))
        .orElseGet(() -> problem.help(pull, when))
        .asException();
  }

  private void tell(String line) {
    surroundings.err().println(line);
    surroundings.err().flush();
  }
}
