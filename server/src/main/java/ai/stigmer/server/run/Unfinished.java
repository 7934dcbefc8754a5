package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.server.resource.Shelf;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/*
 * Those that wait are looked at first: an execution goes from waiting to its work, and one that does so between the two
 * looks is found twice, and not never.
 */
/** The executions that have not ended, as their rows say. */
final class Unfinished {
  private static final int PAGE = 500;
  private static final List<ExecutionPhase> PHASES =
      List.of(ExecutionPhase.EXECUTION_PENDING, ExecutionPhase.EXECUTION_IN_PROGRESS);

  private Unfinished() {}

  /** Their ids, oldest first; two statements, however many they are. */
  static NavigableSet<String> ids(Shelf<AgentExecution> executions) {
    var ids = new TreeSet<String>();
    PHASES.forEach(phase -> ids.addAll(executions.ids("phase=" + phase.name())));
    return ids;
  }

  /** Those with all these labels, oldest first. */
  static List<AgentExecution> of(Shelf<AgentExecution> executions, Set<String> labels) {
    var unfinished = new TreeMap<String, AgentExecution>();
    for (ExecutionPhase phase : PHASES) {
      var all = new TreeSet<>(labels);
      all.add("phase=" + phase.name());
      String token = "";
      List<AgentExecution> page;
      do {
        page = executions.list(all, PAGE, token).entries();
        page.forEach(one -> unfinished.put(one.getMetadata().getId(), one));
        token = page.isEmpty() ? "" : page.getLast().getMetadata().getId();
      } while (!page.isEmpty());
    }
    return List.copyOf(unfinished.values());
  }

  /** The execution, and those of its session that were made before it; oldest first. */
  static List<AgentExecution> upTo(Shelf<AgentExecution> executions, AgentExecution last) {
    var all = new TreeMap<String, AgentExecution>();
    of(executions, Set.of("session=" + last.getSpec().getSessionId()))
        .forEach(one -> all.put(one.getMetadata().getId(), one));
    all.put(last.getMetadata().getId(), last);
    return List.copyOf(all.headMap(last.getMetadata().getId(), true).values());
  }
}
