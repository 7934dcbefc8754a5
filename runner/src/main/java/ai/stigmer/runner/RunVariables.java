package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.mcp.Placeholders;
import ai.stigmer.runner.AgentParts.Variable;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the variables of a run come from, lowest layer first: the agent, environment files in their
 * order, variables of this process that the user named. Holds no secret value, so that it can be
 * journaled; what is secret is read again where it stands.
 *
 * @param agent what the agent declares
 * @param files environment files, absolute
 * @param named names of variables of the process
 */
public record RunVariables(List<Variable> agent, List<Path> files, List<String> named) {

  /** No variables. */
  public static final RunVariables NONE = new RunVariables(List.of(), List.of(), List.of());

  /** Not alone: PWD is a folder, and PATH holds PAT. */
  private static final List<String> TELLING_AT_THE_END = List.of("_PASS", "_PAT", "_PWD");

  private static final List<String> TELLING = List.of("KEY", "TOKEN", "SECRET", "PASSWORD", "AUTH");

  public RunVariables {
    requireNonNull(agent, "agent is null");
    agent = List.copyOf(agent);
    files = files.stream().map(file -> file.toAbsolutePath().normalize()).toList();
    named = named.stream().distinct().toList();
  }

  /** The merged variables of one run. */
  record Merged(Map<String, String> values, Set<String> secret) {
    Placeholders placeholders() {
      return new Placeholders(name -> Optional.ofNullable(values.get(name)), secrets());
    }

    /** The values that nobody may see. */
    List<String> secrets() {
      return secret.stream().map(name -> values.getOrDefault(name, "")).toList();
    }
  }

  /** Whether a variable's name says that its value is secret. */
  static boolean soundsSecret(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return TELLING.stream().anyMatch(upper::contains)
        || TELLING_AT_THE_END.stream().anyMatch(upper::endsWith);
  }

  /**
   * Merges the layers.
   *
   * @param env the variables of the process
   * @throws ai.stigmer.graphton.error.ProblemException {@code E120} to {@code E122} for a file
   */
  Merged merge(Map<String, String> env) {
    var values = new LinkedHashMap<String, String>();
    var secret = new LinkedHashSet<String>();
    var layers = new ArrayList<>(agent);
    files.forEach(file -> layers.addAll(AgentFile.variables(file)));
    for (Variable variable : layers) {
      variable.value().ifPresent(value -> values.put(variable.name(), value));
      if (variable.secret()) {
        secret.add(variable.name());
      }
    }
    for (String name : named) {
      if (env.containsKey(name)) {
        values.put(name, env.getOrDefault(name, ""));
      }
      if (soundsSecret(name)) {
        secret.add(name);
      }
    }
    return new Merged(values, secret);
  }

  /** What fills the placeholders of servers; {@code env} holds the variables of the process. */
  public Placeholders placeholders(Map<String, String> env) {
    return merge(env).placeholders();
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("agent", variablesJson(agent));
    files.forEach(file -> json.withArray("/files").add(file.toString()));
    named.forEach(json.withArray("/named")::add);
    return json;
  }

  static RunVariables parse(JsonNode json) {
    var files = new ArrayList<Path>();
    json.path("files").forEach(file -> files.add(Path.of(file.asText())));
    var named = new ArrayList<String>();
    json.path("named").forEach(name -> named.add(name.asText()));
    return new RunVariables(AgentReader.variables(json.path("agent")), files, named);
  }

  private static ObjectNode variablesJson(List<Variable> variables) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Variable variable : variables) {
      ObjectNode one = json.putObject(variable.name());
      one.put("is_secret", Boolean.toString(variable.secret()));
      variable.value().ifPresent(value -> one.put("value", value));
    }
    return json;
  }
}
