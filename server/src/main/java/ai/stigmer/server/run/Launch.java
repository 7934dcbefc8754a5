package ai.stigmer.server.run;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.executioncontext.v1.ExecutionValue;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.KnownSecrets;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import ai.stigmer.runner.contract.ContractEnvironment;
import ai.stigmer.runner.contract.ContractRuns;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.skill.SkillShelf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
  private final Runner runner;
  private final ContractRuns runs;
  private final ContractEnvironment environments;
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
    this.runner = runner;
    this.runs = new ContractRuns(journal, runner);
    this.environments = new ContractEnvironment(surroundings.configuration(), surroundings.env());
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
    return runs.hasBegun(id);
  }

  /**
   * Begins the run; the conversation of its session goes on in it.
   *
   * @throws ProblemException for whatever is wrong with agent, configuration or workspace
   */
  void begin(AgentExecution execution) {
    Path workspace = workspace(surroundings.workspaces(), execution.getSpec().getSessionId());
    List<String> earlier =
        earlier(execution).stream().map(before -> before.getMetadata().getId()).toList();
    earlier.stream()
        .filter(this::hasBegun)
        .findFirst()
        .ifPresent(before -> runner.fetchWorkspace(before, workspace));
    runs.begin(
        new RunRequest(
            execution.getMetadata().getId(),
            execution.getSpec().getMessage(),
            environment(execution, workspace)),
        earlier);
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

  /**
   * Takes out of what is left for a run, or for one of its sub-agents, what only that run may know:
   * nothing when its agent or environments are gone, and their secrets with them.
   *
   * @throws ProblemException {@code E553} when its secrets need another key
   */
  public static Redactor redactor(Shelves shelves, String run) {
    try {
      return Redactor.of(List.copyOf(secrets(shelves, ChildIds.root(run)).values()));
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E560")) {
        throw e;
      }
      return Redactor.of(List.of());
    }
  }

  /**
   * Takes out of what an execution is asked for, or failed with, what only its run may know.
   *
   * @param execution its session may not be there yet
   * @throws ProblemException {@code E560} when an agent, instance or environment of it is gone,
   *     {@code E553} when its secrets need another key
   */
  Redactor redactor(AgentExecution execution) {
    var secrets = new ArrayList<>(ingredients.variables(execution).secrets().values());
    execution.getSpec().getRuntimeEnvMap().values().stream()
        .filter(ExecutionValue::getIsSecret)
        .forEach(value -> secrets.add(value.getValue()));
    return KnownSecrets.in(surroundings.env()).and(Redactor.of(secrets));
  }

  private RunEnvironment environment(AgentExecution execution, Path workspace) {
    Agent agent = ingredients.agent(execution);
    ProjectContext project = skills.unpacked(agent, workspace);
    RunEnvironment environment =
        environments.of(
            agent,
            ingredients.variables(execution),
            execution.getSpec().getExecutionConfig().getModelName(),
            new ContractEnvironment.Place(workspace, project::givenTo, project.known()));
    return environment.with(environment.context().withTraceparent(TraceParent.of(execution)));
  }

  /** A session's folder; made when it is not there, maybe by another server at this moment. */
  static Path workspace(Path workspaces, String session) {
    Path folder = workspaces.resolve(session);
    try {
      Files.createDirectories(workspaces);
      return Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
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
}
