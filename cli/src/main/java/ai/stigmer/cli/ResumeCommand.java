package ai.stigmer.cli;

import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.Setting;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.Runner;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Goes on with a run, with what it was started with. */
@Command(
    name = "resume",
    description = "Go on with a run that was interrupted. It needs no other option.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  stigmer resume last", "  stigmer resume 261121-k3x"})
final class ResumeCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "ID", description = "The run's id, its beginning, or \"last\".")
  private String id = "last";

  @Mixin private OutputOptions output = new OutputOptions();

  ResumeCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunView view = output.view(surroundings);
    try {
      return resume(view);
    } catch (ProblemException e) {
      view.failed(e.problem());
      return e.problem().category().exitStatus();
    }
  }

  private int resume(RunView view) {
    Conversation conversation = new Conversation(surroundings, view);
    String runId = find();
    try (Runner runner = conversation.open()) {
      RunEnvironment journaled = runner.environment(runId);
      Resolved recorded = Cascade.resolve(asRecorded(journaled.model()));
      RunEnvironment environment =
          new RunEnvironment(
              journaled.agent(),
              journaled.workspace(),
              journaled.shell(),
              LlmConfig.of(recorded).toModelSettings(),
              journaled.configuration());
      view.begin(
          RunCommand.shown(environment.model()),
          recorded.startLine() + " · as the run was started",
          journaled.configuration());
      tellOfChange(view, journaled.model());
      return conversation.resume(runner, runId, environment);
    }
  }

  private String find() {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      return RunFinder.find(journal, id);
    }
  }

  /** The recorded choices as flags; only the key comes from the environment of now. */
  private ConfigInput asRecorded(ModelSettings model) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    flags.put(Setting.PROVIDER, model.provider());
    flags.put(Setting.MODEL, model.provider() + "/" + model.model());
    if (model.provider().equals("scripted")) {
      flags.put(Setting.MODEL, model.model());
    }
    model.baseUrl().ifPresent(url -> flags.put(Setting.BASE_URL, url));
    model.maxTokens().ifPresent(n -> flags.put(Setting.MAX_TOKENS, Integer.toString(n)));
    model.temperature().ifPresent(t -> flags.put(Setting.TEMPERATURE, Double.toString(t)));
    model.contextLength().ifPresent(n -> flags.put(Setting.CONTEXT_LENGTH, Integer.toString(n)));
    return ConfigInput.of(surroundings.env()).withFlags(flags);
  }

  private void tellOfChange(RunView view, ModelSettings journaled) {
    Resolved now = Cascade.resolve(ConfigInput.of(surroundings.env()));
    String chosen = now.provider() + "/" + now.sent(Setting.MODEL).orElse("");
    if (!chosen.equals(journaled.provider() + "/" + journaled.model())) {
      view.note("a new run would use " + chosen + "; this one goes on with its own model");
    }
  }
}
