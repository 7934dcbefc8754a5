package ai.stigmer.runner.contract;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.LlmConfig;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpSurroundings;
import ai.stigmer.mcp.McpTools;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.RunContext;
import ai.stigmer.runner.RunContext.KnownSkill;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a run of one of the contract's agents is started with: the cascade's model and limits, the
 * agent's servers, sub-agents and variables.
 *
 * <p>Thread contract: thread-safe.
 */
public final class ContractEnvironment {
  private final ConfigInput configuration;
  private final Map<String, String> env;

  /**
   * @param configuration the cascade's input, without requests
   * @param env the environment of this process
   */
  public ContractEnvironment(ConfigInput configuration, Map<String, String> env) {
    this.configuration = requireNonNull(configuration, "configuration is null");
    this.env = Map.copyOf(env);
  }

  /**
   * Where a run works, and what is there for it.
   *
   * @param given adds to the agent what is there for it and for its sub-agents
   * @param skills those that it can load
   */
  public record Place(
      Path workspace, UnaryOperator<AgentDefinition> given, List<KnownSkill> skills) {
    public Place {
      requireNonNull(workspace, "workspace is null");
      requireNonNull(given, "given is null");
      skills = List.copyOf(skills);
    }
  }

  /**
   * All of it.
   *
   * @param model what the execution asks for; empty when it leaves that to the configuration
   * @throws ProblemException for whatever is wrong with agent, servers or configuration
   */
  public RunEnvironment of(Agent agent, ContractVariables variables, String model, Place place) {
    Resolved resolved = resolved(model);
    List<AcceptedServer> servers = servers(agent, variables, place.workspace());
    AgentDefinition definition = place.given().apply(ContractAgent.definition(agent));
    return new RunEnvironment(
        definition,
        place.workspace(),
        RunPermissions.of(resolved),
        new CommandSandbox(place.workspace(), env).decide(Execution.asked(resolved)).execution(),
        resolved.llm().toModelSettings(),
        resolved.fallbacks().stream().map(LlmConfig::toModelSettings).toList(),
        resolved.toJson(),
        resolved.maxTurns(),
        RetryPolicy.DEFAULT
            .withMaxRetries(resolved.maxRetries())
            .withBudget(resolved.retryBudget()),
        resolved.budget(),
        new RunContext(servers, variables.forRun(), place.skills()));
  }

  private Resolved resolved(String model) {
    Resolved resolved =
        Cascade.resolve(
            model.isBlank() ? configuration : configuration.request("llm.model", model));
    if (!resolved.problems().isEmpty()) {
      throw resolved.problems().getFirst().asException();
    }
    return resolved;
  }

  /** Whoever may store an agent with its servers has accepted what they offer. */
  private List<AcceptedServer> servers(Agent agent, ContractVariables variables, Path workspace) {
    List<McpServer> wanted = ContractAgent.servers(agent);
    if (wanted.isEmpty()) {
      return List.of();
    }
    var values = new HashMap<>(variables.secrets());
    var around =
        new McpSurroundings(
            workspace, env, variables.forRun().placeholders(values), CommandSandbox.hidden(env));
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
