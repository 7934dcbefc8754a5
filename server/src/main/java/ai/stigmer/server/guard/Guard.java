package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.http.HttpProblem;
import ai.stigmer.server.http.Newcomers;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Stands in front of every route: lets in who brings the token, calls the server by a name of its
 * own, and is no browser; browsers have the console, which {@link ConsoleDoor} guards. A page of
 * somebody else's in a browser on this machine reaches loopback, too; such a request has an {@code
 * Origin}, or a {@code Host} that is not ours.
 */
public final class Guard implements DecoratingHttpServiceFunction {
  private static final String OTHER_NAME =
      "this server has another name; the server's owner adds this one: stigmer server start --name"
          + " HOST (STIGMER_SERVER_NAMES)";

  private final List<Credentials> credentials;
  private final RouteScopes scopes;
  private final IntFunction<Set<String>> hosts;
  private final ConsoleDoor console;
  private final OpenRequests open;
  private final Audit audit;

  /**
   * @param credentials the ways in which callers show who they are; the first that knows counts
   * @param scopes what each route asks for
   * @param hosts the values of {@code Host} that are let in at a port, in lower case
   * @param console decides about the console's routes, instead of the token
   * @param open ends what outlives its credentials
   * @param audit is told who changes what
   */
  public Guard(
      List<Credentials> credentials,
      RouteScopes scopes,
      IntFunction<Set<String>> hosts,
      ConsoleDoor console,
      OpenRequests open,
      Audit audit) {
    this.open = requireNonNull(open, "open is null");
    this.audit = requireNonNull(audit, "audit is null");
    this.credentials = List.copyOf(credentials);
    this.scopes = requireNonNull(scopes, "scopes is null");
    this.hosts = requireNonNull(hosts, "hosts is null");
    this.console = requireNonNull(console, "console is null");
  }

  @Override
  public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    boolean isConsole = ConsoleDoor.isFor(ctx);
    if (!isConsole && request.headers().contains(HttpHeaderNames.ORIGIN)) {
      return refused(
          request, Status.PERMISSION_DENIED, "E577", "requests of web pages are refused");
    }
    if (scopes.isOpen(ctx.config().route().patternString())) {
      return delegate.serve(ctx, request);
    }
    String host = request.authority();
    int port = ctx.localAddress().getPort();
    if (host == null || !hosts.apply(port).contains(host.toLowerCase(Locale.ROOT))) {
      return refused(request, Status.PERMISSION_DENIED, "E577", OTHER_NAME);
    }
    return isConsole ? console.serve(delegate, ctx, request) : admit(delegate, ctx, request);
  }

  private HttpResponse admit(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    Optional<Caller> caller = caller(request);
    if (caller.isEmpty()) {
      return refused(
          request,
          Status.UNAUTHENTICATED,
          "E576",
          "the token is missing, wrong, expired or revoked; send authorization: Bearer TOKEN");
    }
    audit.came(caller.get());
    Scope wanted = scopes.of(ctx.method().name(), ctx.config().route().patternString());
    if (!caller.get().scope().includes(wanted)) {
      audit.refused(ctx, caller.get(), "E584");
      return refused(
          request,
          Status.PERMISSION_DENIED,
          "E584",
          "the token "
              + caller.get().name()
              + " has the scope "
              + caller.get().scope().id()
              + ", this needs "
              + wanted.id());
    }
    caller.get().on(ctx);
    Newcomers.know(ctx);
    if (wanted != Scope.READ) {
      audit.watch(ctx, caller.get());
    }
    open.watch(
        ctx,
        request.headers().get(HttpHeaderNames.AUTHORIZATION, ""),
        () -> caller(request).isPresent());
    return delegate.serve(ctx, request);
  }

  private Optional<Caller> caller(HttpRequest request) {
    return credentials.stream().flatMap(each -> each.caller(request).stream()).findFirst();
  }

  /** In the way in which the caller speaks. */
  private static HttpResponse refused(HttpRequest request, Status status, String code, String why) {
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (type.startsWith("application/grpc")) {
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.OK)
              .add(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
              .add("grpc-status", String.valueOf(status.getCode().value()))
              .add("grpc-message", code + ": " + why)
              .endOfStream(true)
              .build());
    }
    return HttpProblem.of(status.withDescription(code + ": " + why))
        .answer(request.path())
        .toHttpResponse();
  }
}
