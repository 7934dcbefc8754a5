package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

/**
 * A new run.
 *
 * @param runId its id, see {@link ai.stigmer.graphton.journal.Journal#create}
 * @param message what the user asks
 * @param environment everything else that the run is started with
 */
public record RunRequest(String runId, String message, RunEnvironment environment) {
  public RunRequest {
    requireNonNull(runId, "runId is null");
    requireNonNull(environment, "environment is null");
    if (message.isBlank()) {
      throw new IllegalArgumentException("a message must not be blank");
    }
  }
}
