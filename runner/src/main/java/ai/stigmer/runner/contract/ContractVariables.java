package ai.stigmer.runner.contract;

import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.executioncontext.v1.ExecutionValue;
import ai.stigmer.runner.AgentParts.Variable;
import ai.stigmer.runner.RunVariables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of one execution: those of the agent, then those of each environment of its
 * instance in their order, then those of the execution itself; the later one wins. Secret values
 * stand apart, so that the others can be journaled.
 *
 * @param declared every variable; a secret one without its value
 * @param secrets the values of the secret ones by name
 */
public record ContractVariables(List<Variable> declared, Map<String, String> secrets) {
  public ContractVariables {
    declared = List.copyOf(declared);
    secrets = Map.copyOf(secrets);
  }

  /** Merges the layers, the weakest first. */
  public static ContractVariables merge(
      EnvironmentSpec agent,
      List<EnvironmentSpec> environments,
      Map<String, ExecutionValue> execution) {
    var merged = new LinkedHashMap<String, ExecutionValue>();
    var layers = new ArrayList<EnvironmentSpec>();
    layers.add(agent);
    layers.addAll(environments);
    for (EnvironmentSpec layer : layers) {
      layer
          .getDataMap()
          .forEach((name, value) -> put(merged, name, value.getValue(), value.getIsSecret()));
    }
    execution.forEach((name, value) -> put(merged, name, value.getValue(), value.getIsSecret()));
    return of(merged);
  }

  /** What was secret in a weaker layer stays so: a value that is given anew is no less secret. */
  private static void put(
      Map<String, ExecutionValue> merged, String name, String value, boolean secret) {
    ExecutionValue before = merged.getOrDefault(name, ExecutionValue.getDefaultInstance());
    merged.put(
        name,
        ExecutionValue.newBuilder()
            .setValue(value.isEmpty() ? before.getValue() : value)
            .setIsSecret(secret || before.getIsSecret())
            .build());
  }

  private static ContractVariables of(Map<String, ExecutionValue> merged) {
    var declared = new ArrayList<Variable>();
    var secrets = new LinkedHashMap<String, String>();
    merged.forEach(
        (name, value) -> {
          boolean known = !value.getValue().isEmpty();
          if (value.getIsSecret() && known) {
            secrets.put(name, value.getValue());
          }
          declared.add(
              new Variable(
                  name,
                  known && !value.getIsSecret() ? Optional.of(value.getValue()) : Optional.empty(),
                  value.getIsSecret()));
        });
    return new ContractVariables(declared, secrets);
  }

  /** As a run keeps them: secret ones by name. */
  public RunVariables forRun() {
    return new RunVariables(declared, List.of(), secrets.keySet().stream().sorted().toList());
  }
}
