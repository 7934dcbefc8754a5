package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * An agent as a file or the command line defines it. It names no model: which model runs is decided
 * by the configuration.
 *
 * @param name 1 to 63 lower-case letters, digits and {@code -}
 * @param description one line for people, may be empty
 * @param instructions the system text, at least {@value #MIN_INSTRUCTIONS} characters
 * @param tools names of built-in tools, {@code task} among them; empty means all of them
 * @param subAgents to whom it can hand tasks, with names of their own, besides the built-in {@code
 *     general-purpose}
 */
public record AgentDefinition(
    String name,
    String description,
    String instructions,
    Optional<List<String>> tools,
    List<SubAgentDefinition> subAgents,
    AgentParts parts) {

  /** The fewest characters that instructions may have. */
  public static final int MIN_INSTRUCTIONS = 10;

  private static final AgentDefinition ASSISTANT =
      new AgentDefinition(
          "assistant",
          "Works on the files of one folder.",
          """
          You are a careful software assistant. You work inside one folder, the workspace, through \
          the tools you are given. Paths are relative to the workspace.

          - Look before you act: list, search and read what matters before you change anything.
          - Make the smallest change that does the job, in the style of the code around it.
          - After a change, check it: run the project's own tests when you may run commands, \
          otherwise read the result again.
          - Do not guess what a file contains or what a command printed. If a tool fails, read its \
          message and adapt; do not repeat the same call.
          - If a result says that it is unknown whether an action happened, find out before you do \
          it again.
          - When the task is done, or when it cannot be done, answer in a few plain sentences: what \
          you did, what you found, what is left.
          """,
          Optional.empty(),
          List.of(),
          AgentParts.NONE);

  public AgentDefinition {
    requireName(name);
    requireNonNull(description, "description is null");
    requireInstructions(instructions);
    tools = tools.map(List::copyOf);
    subAgents = List.copyOf(subAgents);
    if (subAgents.stream().map(SubAgentDefinition::name).distinct().count() < subAgents.size()) {
      throw new IllegalArgumentException("two sub-agents have the same name");
    }
    requireNonNull(parts, "parts is null");
  }

  static void requireName(String name) {
    if (!name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw new IllegalArgumentException(
          "an agent's name must be 1 to 63 lower-case letters, digits or '-', got \""
              + name
              + "\"");
    }
  }

  static void requireInstructions(String instructions) {
    if (instructions.strip().length() < MIN_INSTRUCTIONS) {
      throw new IllegalArgumentException(
          "instructions must have at least " + MIN_INSTRUCTIONS + " characters");
    }
  }

  /** An agent of text and tools only. */
  public AgentDefinition(
      String name, String description, String instructions, Optional<List<String>> tools) {
    this(name, description, instructions, tools, List.of(), AgentParts.NONE);
  }

  /** The same agent with text after its instructions. */
  public AgentDefinition with(String text) {
    return with(text, subAgents);
  }

  AgentDefinition with(String text, List<SubAgentDefinition> children) {
    return new AgentDefinition(name, description, instructions + text, tools, children, parts);
  }

  /** The agent that runs when none is named: all built-in tools and a short system text. */
  public static AgentDefinition assistant() {
    return ASSISTANT;
  }
}
