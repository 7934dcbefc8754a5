package ai.stigmer.server.console;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionConfig;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.guard.Audit;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;

/** What forms do to runs: begin one, say something to it, end it. */
final class Actions {
  private final Sources sources;

  Actions(Sources sources) {
    this.sources = sources;
  }

  /** The browser goes on there, so that loading the page again posts nothing. */
  static HttpResponse to(String path) {
    return HttpResponse.ofRedirect(HttpStatus.SEE_OTHER, path);
  }

  /** Begins a run, of an agent or in a session. */
  HttpResponse start(Asked asked) {
    AgentExecutionSpec.Builder spec =
        AgentExecutionSpec.newBuilder()
            .setMessage(asked.field("message"))
            .setAgentId(asked.field("agent"))
            .setSessionId(asked.field("session"));
    if (!asked.field("model").isBlank()) {
      spec.setExecutionConfig(
          ExecutionConfig.newBuilder().setModelName(asked.field("model").strip()));
    }
    AgentExecution made =
        sources.executions().create(AgentExecution.newBuilder().setSpec(spec).build());
    Audit.about(asked.ctx(), made.getMetadata().getId());
    return to(RunList.PATH + "/" + made.getMetadata().getId());
  }

  /** Says something to a run that is under way. */
  HttpResponse say(Asked asked) {
    String id = running(asked);
    var _ = new SteeringDesk(sources.journal()).say(id, asked.field("message"), asked.by());
    return to(RunList.PATH + "/" + id + "?done=said#end");
  }

  HttpResponse cancel(Asked asked) {
    String id = running(asked);
    var _ =
        sources
            .executions()
            .report(
                id,
                AgentExecutionStatus.newBuilder()
                    .setPhase(ExecutionPhase.EXECUTION_CANCELLED)
                    .build());
    return to(RunList.PATH + "/" + id + "?done=cancelled#end");
  }

  private String running(Asked asked) {
    String id = asked.path("id");
    if (StatusMerge.isTerminal(sources.executions().get(id).getStatus().getPhase())) {
      throw Problem.of("E420", Problem.Category.RUN, "run " + id + " has ended")
          .help("say more in its session: that begins the next run")
          .asException();
    }
    return id;
  }
}
