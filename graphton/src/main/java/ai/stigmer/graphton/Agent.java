package ai.stigmer.graphton;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.subagent.TaskTool;
import ai.stigmer.graphton.tool.Tool;
import java.util.Comparator;
import java.util.List;

/**
 * What an agent is: a name, instructions and tools. It names no model; whoever runs it does.
 *
 * @param instructions the system text, may be empty
 * @param tools sorted by name, so that the same set always makes the same prompt
 * @param maxTurns the most answers of the model in one run, at least 1
 * @param answer what its final answer has to be; one that is not is asked for once more
 * @param subAgents to whom it can hand tasks, with names of their own; sorted by name
 */
public record Agent(
    String name,
    String instructions,
    List<Tool> tools,
    int maxTurns,
    List<SubAgent> subAgents,
    AnswerCheck answer) {

  /** The limit of a run that sets none. */
  public static final int DEFAULT_MAX_TURNS = 50;

  public Agent {
    requireNonNull(name, "name is null");
    requireNonNull(instructions, "instructions is null");
    requireNonNull(answer, "answer is null");
    tools = tools.stream().sorted(Comparator.comparing(tool -> tool.spec().name())).toList();
    if (maxTurns < 1) {
      throw new IllegalArgumentException("maxTurns must be at least 1, got " + maxTurns);
    }
    subAgents = subAgents.stream().sorted(Comparator.comparing(SubAgent::name)).toList();
    for (int i = 1; i < subAgents.size(); i++) {
      if (subAgents.get(i).name().equals(subAgents.get(i - 1).name())) {
        throw new IllegalArgumentException(
            "two sub-agents are named \"" + subAgents.get(i).name() + "\"");
      }
    }
    if (tools.stream().anyMatch(tool -> tool.spec().name().equals(TaskTool.NAME))) {
      throw new IllegalArgumentException(
          "the name \"" + TaskTool.NAME + "\" is kept for the tool that calls sub-agents");
    }
    for (int i = 1; i < tools.size(); i++) {
      if (tools.get(i).spec().name().equals(tools.get(i - 1).spec().name())) {
        throw new IllegalArgumentException(
            "two tools are named \"" + tools.get(i).spec().name() + "\"");
      }
    }
  }

  public static Builder named(String name) {
    return new Builder(name);
  }

  /** Gathers an agent's parts. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private String instructions = "";
    private List<Tool> tools = List.of();
    private int maxTurns = DEFAULT_MAX_TURNS;
    private List<SubAgent> subAgents = List.of();
    private AnswerCheck answer = AnswerCheck.ANY;

    private Builder(String name) {
      this.name = name;
    }

    public Builder instructions(String text) {
      this.instructions = text;
      return this;
    }

    public Builder tools(Tool... all) {
      return tools(List.of(all));
    }

    public Builder tools(List<Tool> all) {
      this.tools = List.copyOf(all);
      return this;
    }

    public Builder maxTurns(int limit) {
      this.maxTurns = limit;
      return this;
    }

    /** What its final answer has to be; anything unless set. Say so in the instructions as well. */
    public Builder answer(AnswerCheck check) {
      this.answer = check;
      return this;
    }

    /** To whom it can hand tasks: the model gets a tool {@code task} for that. */
    public Builder subAgents(SubAgent... all) {
      return subAgents(List.of(all));
    }

    public Builder subAgents(List<SubAgent> all) {
      this.subAgents = List.copyOf(all);
      return this;
    }

    /**
     * The agent.
     *
     * @throws IllegalArgumentException when two tools or two sub-agents have the same name, a tool
     *     is named {@code task}, or the limit is below 1
     */
    public Agent build() {
      return new Agent(name, instructions, tools, maxTurns, subAgents, answer);
    }
  }
}
