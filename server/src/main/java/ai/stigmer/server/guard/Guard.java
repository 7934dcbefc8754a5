package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.http.HttpProblem;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Stands in front of every route: lets in who brings the token, calls the server by a name of its
 * own, and is no browser; browsers have the console, which {@link ConsoleDoor} guards. A page of
 * somebody else's in a browser on this machine reaches loopback, too; such a request has an {@code
 * Origin}, or a {@code Host} that is not ours.
 */
public final class Guard implements DecoratingHttpServiceFunction {
  private static final String BEARER = "bearer ";

  private final TokenFile token;
  private final IntFunction<Set<String>> hosts;
  private final ConsoleDoor console;

  /**
   * @param hosts the values of {@code Host} that are let in at a port, in lower case
   * @param console decides about the console's routes, instead of the token
   */
  public Guard(TokenFile token, IntFunction<Set<String>> hosts, ConsoleDoor console) {
    this.token = requireNonNull(token, "token is null");
    this.hosts = requireNonNull(hosts, "hosts is null");
    this.console = requireNonNull(console, "console is null");
  }

  @Override
  public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    String host = request.authority();
    int port = ctx.localAddress().getPort();
    if (host == null || !hosts.apply(port).contains(host.toLowerCase(Locale.ROOT))) {
      return refused(request, Status.PERMISSION_DENIED, "this server has another name");
    }
    if (ConsoleDoor.isFor(ctx)) {
      return console.serve(delegate, ctx, request);
    }
    if (request.headers().contains(HttpHeaderNames.ORIGIN)) {
      return refused(request, Status.PERMISSION_DENIED, "requests of web pages are refused");
    }
    if (!token.matches(bearer(request))) {
      return refused(
          request,
          Status.UNAUTHENTICATED,
          "the token is missing or wrong; send authorization: Bearer TOKEN");
    }
    return delegate.serve(ctx, request);
  }

  /** The token that a request brings; empty for none. */
  public static String bearer(HttpRequest request) {
    String value = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    return value.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? value.substring(BEARER.length()).strip()
        : "";
  }

  /** In the way in which the caller speaks. */
  private static HttpResponse refused(HttpRequest request, Status status, String why) {
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (type.startsWith("application/grpc")) {
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.OK)
              .add(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
              .add("grpc-status", String.valueOf(status.getCode().value()))
              .add("grpc-message", why)
              .endOfStream(true)
              .build());
    }
    return HttpProblem.of(status.withDescription(code(status) + ": " + why))
        .answer(request.path())
        .toHttpResponse();
  }

  private static String code(Status status) {
    return status.getCode() == Status.Code.UNAUTHENTICATED ? "E576" : "E577";
  }
}
