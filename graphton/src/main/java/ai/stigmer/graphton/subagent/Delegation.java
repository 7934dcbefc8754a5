package ai.stigmer.graphton.subagent;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * To whom a run can hand tasks.
 *
 * @param depth how many runs are above this one
 * @param roster the sub-agents' descriptions by name, sorted; empty when the run may have none
 * @param fanOut the most sub-agents that the run may start
 * @param children drives their runs
 */
public record Delegation(int depth, Map<String, String> roster, int fanOut, Children children) {

  /** Drives the run of a sub-agent, from its journal's present state to an end. Blocks. */
  @FunctionalInterface
  public interface Children {
    RunResult drive(String agent, String childRunId, String task, Consumer<AgentEvent> listener);
  }

  public Delegation {
    roster = Collections.unmodifiableMap(new TreeMap<>(roster));
    requireNonNull(children, "children is null");
  }

  /** Whether nobody has delegated the run. */
  public boolean isOfRoot() {
    return depth == 0;
  }
}
