package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * An agent that another one may give a task to.
 *
 * @param name what it is called by
 * @param description when to use it, for the agent that calls it
 * @param instructions its system text, at least {@value AgentDefinition#MIN_INSTRUCTIONS}
 *     characters
 * @param tools names of the tools it may use; empty means those of the agent that calls it
 */
public record SubAgent(
    String name, String description, String instructions, Optional<List<String>> tools) {
  public SubAgent {
    requireNonNull(name, "name is null");
    requireNonNull(description, "description is null");
    requireNonNull(instructions, "instructions is null");
    tools = tools.map(List::copyOf);
  }
}
