package ai.stigmer.runner.trace;

import ai.stigmer.config.TelemetryConfig.Content;
import ai.stigmer.graphton.event.AgentEvent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one drive of a run and of its sub-agents.
 *
 * <p>Thread contract: thread-safe; events of concurrent tools come from their threads.
 */
final class RunSpans implements RunObserver.Observation {
  private static final String TRACEPARENT = "traceparent";

  private final AgentSpans agent;

  RunSpans(Tracer tracer, Content content, ObservedRun run) {
    this.agent =
        new AgentSpans(
            tracer,
            content,
            run.runId(),
            new AgentSpans.Known(
                run.runId(), run.agent(), run.provider(), run.model(), run.message()),
            parent(run));
  }

  /** What is no trace context begins a trace of its own. */
  private static Context parent(ObservedRun run) {
    return run.traceparent()
        .map(
            value ->
                W3CTraceContextPropagator.getInstance()
                    .extract(Context.root(), value, Carrier.TRACEPARENT))
        .orElse(Context.root());
  }

  /** The value itself carries the one field. */
  private enum Carrier implements TextMapGetter<String> {
    TRACEPARENT;

    @Override
    public Iterable<String> keys(String value) {
      return List.of(RunSpans.TRACEPARENT);
    }

    @Override
    public @Nullable String get(@Nullable String value, String key) {
      return key.equals(RunSpans.TRACEPARENT) ? value : null;
    }
  }

  @Override
  public synchronized void accept(AgentEvent event) {
    if (!told(() -> agent.saw(event))) {
      close();
    }
  }

  @Override
  public synchronized void close() {
    var _ = told(agent::breakOff);
  }

  /** A trace that cannot be told is none of the run's business, nor of who listens behind it. */
  private static boolean told(Runnable what) {
    try {
      what.run();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Where a span hangs under another one. */
  static Context under(Span span) {
    return Context.root().with(span);
  }
}
