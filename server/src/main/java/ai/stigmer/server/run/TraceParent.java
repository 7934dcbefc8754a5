package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where in a trace an execution was asked for. It stands among the annotations of the execution, so
 * that whoever drives the run knows it, on whatever machine and after whatever restart.
 */
public final class TraceParent {
  private static final String NAME = "traceparent";

  /** As W3C Trace Context writes it; what is otherwise counts as none, as it says. */
  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private TraceParent() {}

  /** The execution with what the request that is being served says about it. */
  public static AgentExecution noted(AgentExecution asked) {
    ServiceRequestContext request = ServiceRequestContext.currentOrNull();
    return request == null ? asked : noted(asked, request.request().headers().get(NAME));
  }

  private static AgentExecution noted(AgentExecution asked, @Nullable String header) {
    return header == null || !FORM.matcher(header).matches()
        ? asked
        : asked.toBuilder()
            .setMetadata(asked.getMetadata().toBuilder().putAnnotations(NAME, header))
            .build();
  }

  static Optional<String> of(AgentExecution execution) {
    return Optional.ofNullable(execution.getMetadata().getAnnotationsMap().get(NAME))
        .filter(value -> FORM.matcher(value).matches());
  }
}
