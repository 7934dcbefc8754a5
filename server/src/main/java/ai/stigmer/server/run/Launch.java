package ai.stigmer.server.run;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.RunContext;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import ai.stigmer.runner.contract.ContractAgent;
import ai.stigmer.runner.contract.ContractVariables;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.skill.SkillShelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a run of an execution: resolves what it is made of, and writes down that it begins.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Launch {
  private final Shelves shelves;
  private final Ingredients ingredients;
  private final Skills skills;
  private final Journal journal;
  private final Runner runner;
  private final Surroundings surroundings;

  /**
   * @param runner begins runs in {@code journal}
   */
  public Launch(
      Shelves shelves,
      SkillShelf skills,
      Journal journal,
      Runner runner,
      Surroundings surroundings) {
    this.shelves = shelves;
    this.ingredients = new Ingredients(shelves);
    this.skills = new Skills(skills);
    this.journal = journal;
    this.runner = runner;
    this.surroundings = surroundings;
  }

  /**
   * What runs find around them.
   *
   * @param configuration the cascade's input, without requests
   * @param env the environment of the server
   * @param workspaces the folder in which each session has a folder of its own
   */
  public record Surroundings(ConfigInput configuration, Map<String, String> env, Path workspaces) {
    public Surroundings {
      env = Map.copyOf(env);
    }
  }

  /** Whether the journal has the run of an execution. */
  boolean hasBegun(String id) {
    try {
      return !journal.read(id).isEmpty();
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Begins the run; the conversation of its session goes on in it.
   *
   * @throws ProblemException for whatever is wrong with agent, configuration or workspace
   */
  void begin(AgentExecution execution) {
    String id = execution.getMetadata().getId();
    String message = execution.getSpec().getMessage();
    Path workspace = workspace(execution.getSpec().getSessionId());
    for (AgentExecution before : earlier(execution)) {
      String other = before.getMetadata().getId();
      if (!hasBegun(other)) {
        continue;
      }
      List<Recorded> entries = journal.read(other);
      List<Long> valid = Checkpoints.valid(entries);
      if (!valid.isEmpty()) {
        runner.fetchWorkspace(other, workspace);
        runner.begin(
            new Fork(other, valid.getLast(), id, Optional.of(message)),
            environment(execution, workspace));
        return;
      }
    }
    runner.begin(new RunRequest(id, message, environment(execution, workspace)));
  }

  /** The executions of the session before this one, the newest first. */
  private List<AgentExecution> earlier(AgentExecution execution) {
    return shelves
        .executions()
        .list(
            Set.of("session=" + execution.getSpec().getSessionId()),
            0,
            execution.getMetadata().getId())
        .entries();
  }

  /** The values of the secret variables of an execution by name. */
  public Map<String, String> secrets(String id) {
    return secrets(shelves, id);
  }

  /** The same out of any shelves, for whoever drives the run; none when there is no execution. */
  public static Map<String, String> secrets(Shelves shelves, String id) {
    return shelves
        .executions()
        .find(id)
        .map(execution -> new Ingredients(shelves).variables(execution).secrets())
        .orElse(Map.of());
  }

  private RunEnvironment environment(AgentExecution execution, Path workspace) {
    Resolved configuration = configuration(execution);
    Agent agent = ingredients.agent(execution);
    ContractVariables variables = ingredients.variables(execution);
    ProjectContext project = skills.unpacked(agent.getSpec().getSkillRefsList(), workspace);
    List<AcceptedServer> servers = servers(agent, variables, workspace);
    AgentDefinition definition = ContractAgent.definition(agent, servers).with(project.text());
    return new RunEnvironment(
        definition,
        workspace,
        RunPermissions.of(configuration),
        new CommandSandbox(workspace, surroundings.env())
            .decide(Execution.asked(configuration))
            .execution(),
        configuration.llm().toModelSettings(),
        configuration.fallbacks().stream().map(LlmConfig::toModelSettings).toList(),
        configuration.toJson(),
        configuration.maxTurns(),
        RetryPolicy.DEFAULT
            .withMaxRetries(configuration.maxRetries())
            .withBudget(configuration.retryBudget()),
        configuration.budget(),
        new RunContext(servers, variables.forRun(), project.known()));
  }

  private Resolved configuration(AgentExecution execution) {
    String model = execution.getSpec().getExecutionConfig().getModelName();
    ConfigInput input = surroundings.configuration();
    Resolved resolved =
        Cascade.resolve(model.isBlank() ? input : input.request("llm.model", model));
    if (!resolved.problems().isEmpty()) {
      throw resolved.problems().getFirst().asException();
    }
    return resolved;
  }

  private Path workspace(String session) {
    Path folder = surroundings.workspaces().resolve(session);
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(surroundings.workspaces());
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return folder;
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of(
                  "E130",
                  Problem.Category.CONFIGURATION,
                  "the workspace of the session cannot be made")
              .from(folder.toString(), e.toString())
              .help("name a folder that the server may write: server.workspaces"),
          e);
    }
  }

  /** Whoever may store an agent with its servers has accepted what they offer. */
  private List<AcceptedServer> servers(Agent agent, ContractVariables variables, Path workspace) {
    List<McpServer> wanted = ContractAgent.servers(agent);
    if (wanted.isEmpty()) {
      return List.of();
    }
    var values = new HashMap<>(variables.secrets());
    var around =
        new McpSurroundings(workspace, surroundings.env(), variables.forRun().placeholders(values));
    var accepted = new ArrayList<AcceptedServer>();
    for (McpTools.Looked looked : McpTools.look(wanted, around)) {
      switch (looked) {
        case McpTools.Looked.Offers offers -> accepted.add(offers.found());
        case McpTools.Looked.Failed failed -> throw failed.problem().asException();
      }
    }
    return accepted;
  }
}
