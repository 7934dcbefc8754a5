package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.runner.RunContext.KnownSkill;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sub-agent as an agent's file defines it. It asks the models of its parent.
 *
 * @param name 1 to 63 lower-case letters, digits and {@code -}
 * @param description one line for the model that delegates
 * @param instructions the system text, at least {@value AgentDefinition#MIN_INSTRUCTIONS}
 *     characters
 * @param tools names of built-in tools; empty means those of its parent
 * @param parts what it has of its parent's MCP servers and of the skills
 */
public record SubAgentDefinition(
    String name,
    String description,
    String instructions,
    Optional<List<String>> tools,
    SubAgentParts parts) {

  /** The sub-agent that every agent has unless it defines one of this name. */
  public static final SubAgentDefinition GENERAL_PURPOSE =
      new SubAgentDefinition(
          "general-purpose",
          "Works on any task that can be done by itself, with the same tools: searching, reading"
              + " much, a change in one place.",
          """
          You do one task for another agent, in the same folder, through the tools you are given. \
          Paths are relative to the workspace.

          - You know only what the task says, and nobody answers questions: decide and go on.
          - Look before you act, make the smallest change that does the job, and check it.
          - If a result says that it is unknown whether an action happened, find out before you do \
          it again.
          - Your last message is all that the other agent sees: say what you found or did, with \
          paths and facts, and what is left.
          """,
          Optional.empty(),
          SubAgentParts.OF_ITS_AGENT);

  public SubAgentDefinition {
    AgentDefinition.requireName(name);
    AgentDefinition.requireInstructions(instructions);
    if (description.isBlank()) {
      throw new IllegalArgumentException("a sub-agent must have a description");
    }
    tools = tools.map(List::copyOf);
    requireNonNull(parts, "parts is null");
  }

  /** One with neither servers nor skills. */
  public SubAgentDefinition(
      String name, String description, String instructions, Optional<List<String>> tools) {
    this(
        name,
        description,
        instructions,
        tools,
        SubAgentParts.named(List.of(), Map.of(), List.of()));
  }

  /** The same with the skills that were found for it, and what it is told of them. */
  SubAgentDefinition with(List<KnownSkill> skills, String told) {
    return new SubAgentDefinition(
        name, description, instructions + told, tools, parts.with(skills));
  }
}
