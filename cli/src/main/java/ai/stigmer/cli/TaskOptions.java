package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteAgents;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.AgentFile;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who does a new run's work, and where. */
final class TaskOptions {
  @Option(
      names = "--agent",
      paramLabel = "FILE",
      description = "The agent to run (default: a built-in assistant).")
  private @Nullable Path agentFile;

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      description = "The folder it works in (default: this one). It cannot leave it.")
  private Path workspace = Path.of(".");

  @Option(
      names = "--allow-shell",
      description = "Run commands without asking, as --allow execute does.")
  private boolean allowShell;

  /** Who works at a server: the definition that goes there, or the name of one that is there. */
  RemoteAgents.Chosen remoteAgent() {
    Path file = agentFile;
    if (file == null) {
      return new RemoteAgents.Chosen.Defined(RemoteAgents.assistant());
    }
    return !Files.exists(file) && RemoteAgents.isName(file.toString())
        ? new RemoteAgents.Chosen.Named(file.toString())
        : new RemoteAgents.Chosen.Defined(AgentFile.read(file));
  }

  /**
   * What a new run is started with; said to the view before it begins.
   *
   * @param schema of the answer, if it is to fit one
   * @param notes what is to be said besides
   * @throws ai.stigmer.graphton.error.ProblemException when agent, folder or context cannot be used
   */
  RunEnvironment environment(
      Surroundings surroundings,
      Conversation conversation,
      RunView view,
      Resolved configuration,
      ContextOptions context,
      Optional<String> schema,
      List<String> notes) {
    AgentDefinition agent =
        Optional.ofNullable(agentFile).map(AgentFile::read).orElseGet(AgentDefinition::assistant);
    CommandSandbox.Decision commands =
        conversation.sandbox(workspace).decide(Execution.asked(configuration));
    ContextOptions.Equipped equipped =
        context.equip(surroundings, agent, Optional.ofNullable(agentFile), workspace);
    RunPermissions permissions = RunPermissions.of(configuration);
    if (allowShell) {
      permissions = permissions.allowingCommands();
    }
    RunEnvironment environment =
        new RunEnvironment(
            equipped.agent(),
            workspace,
            permissions,
            commands.execution(),
            configuration.llm().toModelSettings(),
            configuration.fallbacks().stream().map(LlmConfig::toModelSettings).toList(),
            configuration.toJson(),
            configuration.maxTurns(),
            RetryPolicy.DEFAULT
                .withMaxRetries(configuration.maxRetries())
                .withBudget(configuration.retryBudget()),
            configuration.budget(),
            equipped.context().withAnswerSchema(schema));
    view.begin(
        RunCommand.shown(environment.model()),
        configuration.startLine() + " · " + commands.words() + permissions.inStartLine(),
        configuration.toJson());
    configuration.notes().forEach(view::note);
    notes.forEach(view::note);
    equipped.notes().forEach(view::note);
    return environment;
  }
}
