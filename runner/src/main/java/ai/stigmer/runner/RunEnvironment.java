package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.context.ContextPolicy;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.retry.RetryPolicy;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * What a run was started with, as its first journal entry holds it, so that it can go on without a
 * single flag. It never holds a key: the key is read again from where it was.
 *
 * @param workspace the folder, absolute
 * @param permissions mode and rules about tool calls
 * @param execution how commands are kept in
 * @param model the model's settings; the key of the one that was journaled is empty
 * @param fallbacks the models that stand in for it, in this order, likewise
 * @param configuration the resolved configuration with origins, as {@code config explain --json}
 *     prints it
 * @param maxTurns the most answers of the model, at least 1
 * @param retries how often, and for how long, one call of the model may be made again
 * @param budget what the run and its sub-agents may spend
 * @param context what the run was given besides its agent
 */
public record RunEnvironment(
    AgentDefinition agent,
    Path workspace,
    RunPermissions permissions,
    Execution execution,
    ModelSettings model,
    List<ModelSettings> fallbacks,
    String configuration,
    int maxTurns,
    RetryPolicy retries,
    Budget budget,
    RunContext context) {

  private static final int SCHEMA = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  public RunEnvironment {
    requireNonNull(agent, "agent is null");
    workspace = workspace.toAbsolutePath().normalize();
    requireNonNull(permissions, "permissions is null");
    requireNonNull(execution, "execution is null");
    requireNonNull(model, "model is null");
    fallbacks = List.copyOf(fallbacks);
    requireNonNull(configuration, "configuration is null");
    requireNonNull(budget, "budget is null");
    if (maxTurns < 1) {
      throw new IllegalArgumentException("maxTurns must be at least 1, got " + maxTurns);
    }
    requireNonNull(retries, "retries is null");
    requireNonNull(context, "context is null");
  }

  /** What decides about tool calls: what was configured, and what was allowed by other means. */
  public RunPermissions inEffect() {
    return permissions.inEffect(execution, context.servers());
  }

  /** The share of the context window at which the run is summarised, as it was configured. */
  double compactAt() {
    for (JsonNode setting : tree(configuration).path("settings")) {
      if (setting.path("key").asText().equals("context.compact_at")) {
        return setting.path("value").asDouble(ContextPolicy.COMPACT_AT);
      }
    }
    return ContextPolicy.COMPACT_AT;
  }

  /** The same with other permissions. */
  public RunEnvironment with(RunPermissions others) {
    return new RunEnvironment(
        agent,
        workspace,
        others,
        execution,
        model,
        fallbacks,
        configuration,
        maxTurns,
        retries,
        budget,
        context);
  }

  /** The same with commands kept in otherwise. */
  public RunEnvironment with(Execution other) {
    return new RunEnvironment(
        agent,
        workspace,
        permissions,
        other,
        model,
        fallbacks,
        configuration,
        maxTurns,
        retries,
        budget,
        context);
  }

  /** The same with other models, and the configuration that they come from. */
  public RunEnvironment withModels(
      ModelSettings other, List<ModelSettings> otherFallbacks, String otherConfiguration) {
    return new RunEnvironment(
        agent,
        workspace,
        permissions,
        execution,
        other,
        otherFallbacks,
        otherConfiguration,
        maxTurns,
        retries,
        budget,
        context);
  }

  /** The same with another context. */
  public RunEnvironment with(RunContext given) {
    return new RunEnvironment(
        agent,
        workspace,
        permissions,
        execution,
        model,
        fallbacks,
        configuration,
        maxTurns,
        retries,
        budget,
        given);
  }

  /** The same in another folder, with what of it lay in the folder before. */
  RunEnvironment in(Path folder) {
    return new RunEnvironment(
        agent,
        folder,
        permissions,
        execution,
        model,
        fallbacks,
        configuration,
        maxTurns,
        retries,
        budget,
        context.moved(workspace, folder));
  }

  /** As the journal keeps it; without the key. */
  public String toJson() {
    ObjectNode json = JSON.createObjectNode().put("schema", SCHEMA);
    json.set("agent", agentJson());
    json.put("workspace", workspace.toString());
    json.set("permissions", permissions.toJson());
    json.set("execution", execution.toJson());
    json.set("model", modelJson(model));
    ArrayNode others = json.putArray("fallbacks");
    fallbacks.forEach(fallback -> others.add(modelJson(fallback)));
    json.set("configuration", tree(configuration));
    json.put("max_turns", maxTurns);
    json.put("max_retries", retries.maxRetries());
    json.put("retry_budget_ms", retries.budget().toMillis());
    json.set("budget", BudgetJson.of(budget));
    json.set("context", context.toJson());
    return json.toString();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws ProblemException {@code E507} when the text was written by something else
   */
  public static RunEnvironment parse(String text) {
    JsonNode json = tree(text);
    if (json.path("schema").asInt() != SCHEMA) {
      throw foreign("it has no schema " + SCHEMA);
    }
    try {
      return new RunEnvironment(
          agent(json.path("agent")),
          Path.of(json.path("workspace").asText()),
          RunPermissions.parse(json),
          Execution.parse(json.path("execution")),
          model(json.path("model")),
          fallbacks(json.path("fallbacks")),
          json.path("configuration").toString(),
          json.path("max_turns").asInt(Agent.DEFAULT_MAX_TURNS),
          retries(json),
          BudgetJson.read(json.path("budget")),
          RunContext.parse(json.path("context")));
    } catch (IllegalArgumentException e) {
      throw foreign(String.valueOf(e.getMessage()));
    }
  }

  private static RetryPolicy retries(JsonNode json) {
    RetryPolicy usual = RetryPolicy.DEFAULT;
    return usual
        .withMaxRetries(json.path("max_retries").asInt(usual.maxRetries()))
        .withBudget(
            Duration.ofMillis(json.path("retry_budget_ms").asLong(usual.budget().toMillis())));
  }

  private ObjectNode agentJson() {
    ObjectNode json =
        JSON.createObjectNode()
            .put("name", agent.name())
            .put("description", agent.description())
            .put("instructions", agent.instructions());
    agent
        .tools()
        .ifPresent(
            names -> {
              ArrayNode array = json.putArray("tools");
              names.forEach(array::add);
            });
    json.set("subagents", SubAgentJson.of(agent.subAgents()));
    return json;
  }

  private static AgentDefinition agent(JsonNode json) {
    return new AgentDefinition(
        json.path("name").asText(),
        json.path("description").asText(),
        json.path("instructions").asText(),
        json.has("tools") ? Optional.of(texts(json.path("tools"))) : Optional.empty(),
        SubAgentJson.read(json.path("subagents")),
        AgentParts.NONE);
  }

  private static ObjectNode modelJson(ModelSettings model) {
    ObjectNode json =
        JSON.createObjectNode().put("provider", model.provider()).put("model", model.model());
    model.baseUrl().ifPresent(url -> json.put("base_url", url));
    model.maxTokens().ifPresent(n -> json.put("max_tokens", n));
    model.temperature().ifPresent(t -> json.put("temperature", t));
    model.contextLength().ifPresent(n -> json.put("context_length", n));
    model.effort().ifPresent(effort -> json.put("effort", effort.name()));
    model.dialect().ifPresent(dialect -> json.put("dialect", dialect.name()));
    json.put("connect_timeout_ms", model.connectTimeout().toMillis());
    json.put("first_token_timeout_ms", model.firstTokenTimeout().toMillis());
    json.put("idle_timeout_ms", model.idleTimeout().toMillis());
    return json;
  }

  private static List<ModelSettings> fallbacks(JsonNode array) {
    var models = new ArrayList<ModelSettings>();
    array.forEach(model -> models.add(model(model)));
    return models;
  }

  private static ModelSettings model(JsonNode json) {
    return new ModelSettings(
        json.path("provider").asText(),
        json.path("model").asText(),
        json.has("base_url") ? Optional.of(json.path("base_url").asText()) : Optional.empty(),
        Optional.empty(),
        integer(json, "max_tokens"),
        json.has("temperature")
            ? OptionalDouble.of(json.path("temperature").asDouble())
            : OptionalDouble.empty(),
        integer(json, "context_length"),
        choice(json, "effort", Effort::valueOf),
        choice(json, "dialect", Dialect::valueOf),
        Duration.ofMillis(json.path("connect_timeout_ms").asLong()),
        Duration.ofMillis(json.path("first_token_timeout_ms").asLong()),
        Duration.ofMillis(json.path("idle_timeout_ms").asLong()));
  }

  private static OptionalInt integer(JsonNode json, String name) {
    return json.has(name) ? OptionalInt.of(json.path(name).asInt()) : OptionalInt.empty();
  }

  private static <T> Optional<T> choice(JsonNode json, String name, Function<String, T> named) {
    return json.has(name) ? Optional.of(named.apply(json.path(name).asText())) : Optional.empty();
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw foreign("it is not JSON");
    }
  }

  private static ProblemException foreign(String reason) {
    return Problem.of(
            "E507",
            Problem.Category.STORE,
            "the run's recorded environment cannot be used: " + reason)
        .help("the run was started by a program or a version that keeps it differently")
        .asException();
  }
}
