package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.server.resource.Shelf;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The executions that have not ended, as their rows say. */
final class Unfinished {
  private static final int PAGE = 500;

  private Unfinished() {}

  /** Those with all these labels, oldest first. */
  static List<AgentExecution> of(Shelf<AgentExecution> executions, Set<String> labels) {
    var unfinished = new ArrayList<AgentExecution>();
    for (ExecutionPhase phase :
        List.of(ExecutionPhase.EXECUTION_IN_PROGRESS, ExecutionPhase.EXECUTION_PENDING)) {
      var all = new TreeSet<>(labels);
      all.add("phase=" + phase.name());
      String token = "";
      List<AgentExecution> page;
      do {
        page = executions.list(all, PAGE, token).entries();
        unfinished.addAll(page);
        token = page.isEmpty() ? "" : page.getLast().getMetadata().getId();
      } while (!page.isEmpty());
    }
    unfinished.sort(Comparator.comparing(one -> one.getMetadata().getId()));
    return unfinished;
  }
}
