package ai.stigmer.cli;

import ai.stigmer.cli.config.LlmOptions;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.screen.ShownModel;
import ai.stigmer.config.Backend;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.runner.JsonSchemaCheck;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives an agent a task and shows what it does. */
@Command(
    // Looking for commands among the methods costs time at each start.
    addMethodSubcommands = false,
    name = "run",
    description = "Give an agent a task in a folder.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  stigmer run \"explain this project\"",
      "  stigmer run --workspace src --allow-shell \"make the tests pass\"",
      "  git diff | stigmer run -p \"review this\" --output json",
      "  stigmer run --provider anthropic -m claude-sonnet-4.5 \"plan the release\""
    })
final class RunCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(arity = "0..*", paramLabel = "MESSAGE", description = "What to do.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description = "The same as MESSAGE. What is piped in is added to it.")
  private String prompt = "";

  @Mixin private TaskOptions task = new TaskOptions();

  @Option(
      names = "--json-schema",
      paramLabel = "FILE",
      description = "The answer is JSON that fits this JSON Schema, and nothing else is printed.")
  private @Nullable Path jsonSchema;

  @Mixin private OutputOptions output = new OutputOptions();
  @Mixin private ContextOptions context = new ContextOptions();
  @Mixin private LlmOptions llm = new LlmOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  RunCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view = output.view(surroundings);
    try {
      return run(view);
    } catch (ProblemException e) {
      view.failed(e.problem());
      return e.problem().category().exitStatus();
    }
  }

  private int run(RunView view) {
    Optional<Backend> backend = surroundings.journals().backend();
    if (backend.isPresent()) {
      return run(view, backend.get());
    }
    Resolved configuration = Cascade.resolve(input());
    if (!configuration.problems().isEmpty()) {
      configuration.notes().forEach(view::note);
      view.failed(configuration.problems(), configuration.exitStatus());
      return configuration.exitStatus();
    }
    return switch (new Readiness(surroundings, configuration).outcome()) {
      case Readiness.Outcome.Ended(int status) -> status;
      case Readiness.Outcome.Go(Resolved ready, List<String> notes) -> run(view, ready, notes);
    };
  }

  private int run(RunView view, Backend backend) {
    RemoteOptions.requireSent(spec, "stigmer run", backend);
    return new RemoteRun(surroundings, view, backend)
        .run(
            task.remoteAgent(),
            new MessageInput(surroundings).read(words, prompt),
            llm.modelName());
  }

  private ConfigInput input() {
    return llm.input(surroundings.env(), "stigmer run", surroundings.clock());
  }

  private int run(RunView view, Resolved configuration, List<String> notes) {
    String message = new MessageInput(surroundings).read(words, prompt);
    Conversation conversation =
        new Conversation(surroundings, view, input().effectiveFile(), configuration.telemetry());
    RunEnvironment environment =
        task.environment(
            surroundings,
            conversation,
            view,
            configuration,
            context,
            Optional.ofNullable(jsonSchema).map(JsonSchemaCheck::read),
            notes);
    RunRequest request =
        new RunRequest(RunIds.next(surroundings.clock().instant()), message, environment);
    return switch (configuration.engine()) {
      case EMBEDDED -> conversation.run(request, configuration);
      case TEMPORAL -> new HandedRun(surroundings, view).run(request, configuration, conversation);
    };
  }

  static ShownModel shown(ModelSettings settings) {
    return new ShownModel(settings.provider(), settings.model());
  }
}
