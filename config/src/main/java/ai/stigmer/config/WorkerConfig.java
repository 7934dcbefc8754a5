package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.Secret;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a worker serves a Stigmer server, as the cascade says it.
 *
 * @param endpoint where the server is, as somebody wrote it; empty when nobody did
 * @param apiKey what calls to it are authorized with
 * @param runnerQueue the task queue of its agent runner
 * @param invokeQueue the task queue of its workflows
 * @param workspaces the folder with a workspace for each conversation, absolute
 * @param sandbox where workspaces are
 * @param logLevel how much a worker tells
 */
public record WorkerConfig(
    Optional<String> endpoint,
    Optional<Secret> apiKey,
    String runnerQueue,
    String invokeQueue,
    Path workspaces,
    String sandbox,
    LogLevel logLevel) {
  public WorkerConfig {
    requireNonNull(endpoint, "endpoint is null");
    requireNonNull(apiKey, "apiKey is null");
    requireNonNull(runnerQueue, "runnerQueue is null");
    requireNonNull(invokeQueue, "invokeQueue is null");
    workspaces = workspaces.toAbsolutePath().normalize();
    requireNonNull(sandbox, "sandbox is null");
    requireNonNull(logLevel, "logLevel is null");
  }
}
