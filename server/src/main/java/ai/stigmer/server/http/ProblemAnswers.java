package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.ServerLog;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpResponseException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.UnframedGrpcErrorHandler;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Answers whatever goes wrong on the way to a service or in it with a problem. */
public final class ProblemAnswers implements ServerErrorHandler, UnframedGrpcErrorHandler {
  private final ServerLog log;

  public ProblemAnswers(ServerLog log) {
    this.log = requireNonNull(log, "log is null");
  }

  @Override
  public HttpResponse handle(
      ServiceRequestContext ctx, Status status, AggregatedHttpResponse response) {
    return HttpProblem.of(status).answer(ctx.path()).toHttpResponse();
  }

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext ctx, Throwable cause) {
    return switch (cause) {
      case ProblemException e when e.problem().category() != Problem.Category.INTERNAL ->
          HttpProblem.of(e).answer(ctx.path()).toHttpResponse();
      case HttpStatusException e -> of(e.httpStatus()).answer(ctx.path()).toHttpResponse();
      // What Armeria itself refuses, a body that is too large for one, it knows how to answer.
      case HttpResponseException _ -> null;
      case RuntimeException e when isOfTheServer(e) -> null;
      default -> {
        log.bug(ctx.path(), cause);
        yield of(HttpStatus.INTERNAL_SERVER_ERROR).answer(ctx.path()).toHttpResponse();
      }
    };
  }

  private static boolean isOfTheServer(RuntimeException e) {
    return e.getClass().getName().startsWith("com.linecorp.armeria.");
  }

  @Override
  public AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext ctx,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    return of(status).answer(headers == null ? "" : headers.path());
  }

  private static HttpProblem of(HttpStatus status) {
    return switch (status.code()) {
      case 404 ->
          new HttpProblem(status, "E570", "there is no such path; GET /openapi.json lists all");
      case 400 ->
          new HttpProblem(status, "E561", "the body or a parameter cannot be read as the request");
      case 413 -> new HttpProblem(status, "E572", "the request is too large");
      case 500 -> new HttpProblem(status, "E900", "a bug of stigmer; the server's log tells more");
      default -> new HttpProblem(status, "E571", status.reasonPhrase());
    };
  }
}
