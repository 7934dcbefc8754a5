package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.ServerLog;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
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
import java.util.stream.Collectors;
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
      case HttpStatusException e -> answer(ctx, e.httpStatus()).toHttpResponse();
      // What Armeria itself refuses, a body that is too large for one, it knows how to answer.
      case HttpResponseException _ -> null;
      case RuntimeException e when isOfTheServer(e) -> null;
      default -> {
        log.bug(ctx.path(), cause);
        yield answer(ctx, HttpStatus.INTERNAL_SERVER_ERROR).toHttpResponse();
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
    return ctx == null
        ? HttpProblem.of(status).answer(headers == null ? "" : headers.path())
        : answer(ctx, status);
  }

  /** With the verbs that the path takes, where the request had another one. */
  private static AggregatedHttpResponse answer(ServiceRequestContext ctx, HttpStatus status) {
    if (status.equals(HttpStatus.BAD_REQUEST) && hasBody(ctx.method())) {
      return HttpProblem.of(Shape.noObject()).answer(ctx.path());
    }
    AggregatedHttpResponse answer = HttpProblem.of(status).answer(ctx.path());
    return status.equals(HttpStatus.METHOD_NOT_ALLOWED)
        ? AggregatedHttpResponse.of(
            answer.headers().toBuilder().set(HttpHeaderNames.ALLOW, allowed(ctx)).build(),
            answer.content())
        : answer;
  }

  /** Whether what a service cannot read of a request is its body. */
  private static boolean hasBody(HttpMethod verb) {
    return verb == HttpMethod.POST || verb == HttpMethod.PUT;
  }

  private static String allowed(ServiceRequestContext ctx) {
    return ctx.config().server().serviceConfigs().stream()
        .map(ServiceConfig::route)
        .filter(route -> RouteTable.isOf(ctx.path(), route.patternString()))
        .flatMap(route -> route.methods().stream())
        .map(HttpMethod::name)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
