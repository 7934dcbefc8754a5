package ai.stigmer.server.rpc;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.ServerLog;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Says what a caller is told of a failure: a code and words, never a stack trace. */
public final class Errors {
  private final ServerLog log;

  public Errors(ServerLog log) {
    this.log = requireNonNull(log, "log is null");
  }

  /**
   * The status of a failure of a method; a bug is logged, and its caller is told that it is one.
   */
  public StatusRuntimeException of(String method, Throwable failure) {
    return switch (failure) {
      case StatusRuntimeException status -> status;
      case ProblemException e when e.problem().category() != Problem.Category.INTERNAL ->
          status(e.problem());
      default -> {
        log.bug(method, failure);
        yield Status.INTERNAL
            .withDescription("E900: a bug of stigmer; the server's log tells more")
            .asRuntimeException();
      }
    };
  }

  /** The status of a problem. */
  public static StatusRuntimeException status(Problem problem) {
    String words = problem.code() + ": " + problem.message();
    String help = problem.help().isEmpty() ? "" : "; " + String.join("; ", problem.help());
    return code(problem).withDescription(words + help).asRuntimeException();
  }

  private static Status code(Problem problem) {
    return switch (problem.code()) {
      case "E550" -> Status.ALREADY_EXISTS;
      case "E551" -> Status.ABORTED;
      case "E411", "E501", "E560" -> Status.NOT_FOUND;
      case "E561" -> Status.INVALID_ARGUMENT;
      default ->
          switch (problem.category()) {
            case USAGE -> Status.INVALID_ARGUMENT;
            case RUN, CONFIGURATION, CREDENTIALS, MODEL -> Status.FAILED_PRECONDITION;
            case PROVIDER, SERVER, STORE -> Status.UNAVAILABLE;
            case DENIED -> Status.PERMISSION_DENIED;
            case LIMIT -> Status.RESOURCE_EXHAUSTED;
            case INTERNAL -> Status.INTERNAL;
          };
    };
  }
}
