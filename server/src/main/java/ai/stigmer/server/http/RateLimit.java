package ai.stigmer.server.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.throttling.ThrottlingStrategy;

/**
 * Refuses requests over HTTP beyond a rate, so that a client in a loop does not take the server
 * from the others. gRPC is not counted: its streams have limits of their own.
 */
public final class RateLimit implements DecoratingHttpServiceFunction {
  private final ThrottlingStrategy<HttpRequest> strategy;

  /**
   * @param perSecond requests a second, above 0
   */
  public RateLimit(double perSecond) {
    this.strategy = ThrottlingStrategy.rateLimiting(perSecond);
  }

  @Override
  public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    if (request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").startsWith("application/grpc")) {
      return delegate.serve(ctx, request);
    }
    return HttpResponse.of(
        strategy
            .accept(ctx, request)
            .thenApply(
                isTaken -> {
                  if (isTaken) {
                    return serveUnchecked(delegate, ctx, request);
                  }
                  return new HttpProblem(HttpStatus.TOO_MANY_REQUESTS, "E573", "too many requests")
                      .answer(ctx.path())
                      .toHttpResponse();
                }));
  }

  private static HttpResponse serveUnchecked(
      HttpService delegate, ServiceRequestContext ctx, HttpRequest request) {
    try {
      return delegate.serve(ctx, request);
    } catch (Exception e) {
      return HttpResponse.ofFailure(e);
    }
  }
}
