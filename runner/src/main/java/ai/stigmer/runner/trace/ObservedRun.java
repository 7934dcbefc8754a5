package ai.stigmer.runner.trace;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is known of a run before it does anything.
 *
 * @param agent the agent's name
 * @param provider who serves its model
 * @param model the model's id
 * @param traceparent the caller's place in a trace, as W3C Trace Context writes it
 * @param message what was asked, without secrets; looked at once the run has begun
 */
public record ObservedRun(
    String runId,
    String agent,
    String provider,
    String model,
    Optional<String> traceparent,
    Supplier<String> message) {
  public ObservedRun {
    requireNonNull(runId, "runId is null");
    requireNonNull(agent, "agent is null");
    requireNonNull(provider, "provider is null");
    requireNonNull(model, "model is null");
    requireNonNull(traceparent, "traceparent is null");
    requireNonNull(message, "message is null");
  }
}
