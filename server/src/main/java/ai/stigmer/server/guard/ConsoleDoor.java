package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.http.HttpProblem;
import ai.stigmer.server.http.Newcomers;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.Cookie;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/*
 * The console is the one place where browsers are welcome, so it is apart from everything else: it has a path of its
 * own, its cookie is sent nowhere else, and no token of an API lets anybody in here. A browser tells where a request
 * comes from; a form brings a token besides, which no other page can know.
 */
/**
 * Stands in front of the console's routes: lets in browsers with a session, and forms that were
 * made for it. Login page and style sheet are for everybody who knows the server's name.
 */
public final class ConsoleDoor implements DecoratingHttpServiceFunction {
  /** Where the console is. */
  public static final String ROOT = "/console";

  /** Where a browser leaves, whatever it may do besides. */
  public static final String LEAVE = ROOT + "/logout";

  /** The field of every form that holds the session's form token. */
  public static final String FORM_TOKEN = "form_token";

  /** Its path is the console's, so that nothing else is sent it. */
  private static final String COOKIE = "stigmer_console";

  private static final AttributeKey<ConsoleSession> SESSION =
      AttributeKey.valueOf(ConsoleDoor.class, "SESSION");
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
  private static final String IN_THE_CLEAR = "http";
  private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final ConsoleSessions sessions;
  private final String scheme;
  private final Set<String> open;
  private final HttpService locked;
  private final OpenRequests requests;
  private final Audit audit;

  /**
   * @param scheme the scheme by which browsers reach this server
   * @param open the patterns of the routes that need no session
   * @param locked answers whoever has none
   * @param requests ends what outlives its session
   * @param audit is told who changes what
   */
  public ConsoleDoor(
      ConsoleSessions sessions,
      String scheme,
      Set<String> open,
      HttpService locked,
      OpenRequests requests,
      Audit audit) {
    this.audit = requireNonNull(audit, "audit is null");
    this.requests = requireNonNull(requests, "requests is null");
    this.sessions = requireNonNull(sessions, "sessions is null");
    this.scheme = requireNonNull(scheme, "scheme is null");
    this.open = Set.copyOf(open);
    this.locked = requireNonNull(locked, "locked is null");
  }

  /** The session that a request was let in with. */
  public static ConsoleSession session(ServiceRequestContext ctx) {
    return requireNonNull(ctx.attr(SESSION), "the route is open, so it has no session");
  }

  /**
   * The name of the cookie. Browsers send a cookie to every port of a host, so that two servers of
   * one machine would throw each other's browsers out.
   */
  public static String cookieName(HttpRequest request) {
    String authority = String.valueOf(request.authority());
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']')
        ? COOKIE + "_" + authority.substring(colon + 1)
        : COOKIE;
  }

  /** The cookie of a request; empty for none. */
  public static String cookie(HttpRequest request) {
    String name = cookieName(request);
    return request.headers().cookies().stream()
        .filter(cookie -> cookie.name().equals(name))
        .map(Cookie::value)
        .findFirst()
        .orElse("");
  }

  /** Whether the route is the console's. */
  static boolean isFor(ServiceRequestContext ctx) {
    String pattern = ctx.config().route().patternString();
    return pattern.equals("/") || pattern.equals(ROOT) || pattern.startsWith(ROOT + "/");
  }

  @Override
  public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    return admit(delegate, ctx, request).mapHeaders(ConsoleDoor::guarded);
  }

  private HttpResponse admit(HttpService delegate, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    boolean isPost = request.method() == HttpMethod.POST;
    if (isForeign(ctx, request, isPost)) {
      sessions
          .find(cookie(request))
          .ifPresent(session -> audit.refused(ctx, session.caller(), "E577"));
      return refused(ctx, HttpStatus.FORBIDDEN, "E577", "requests of other pages are refused");
    }
    if (open.contains(ctx.config().route().patternString())) {
      return delegate.serve(ctx, request);
    }
    ConsoleSession session = sessions.find(cookie(request)).orElse(null);
    if (session == null) {
      return locked.serve(ctx, request);
    }
    boolean isLeaving = ctx.config().route().patternString().equals(LEAVE);
    if (!session.may(isPost && !isLeaving ? Scope.RUN : Scope.READ)) {
      audit.refused(ctx, session.caller(), "E588");
      return refused(
          ctx, HttpStatus.FORBIDDEN, "E588", "the token of this session does not allow that");
    }
    ctx.setAttr(SESSION, session);
    Newcomers.know(ctx);
    requests.watch(ctx, cookie(request), () -> sessions.find(cookie(request)).isPresent());
    return isPost ? posted(delegate, ctx, request, session) : delegate.serve(ctx, request);
  }

  /** Every browser of today tells at least one of both; a form must tell its origin. */
  private boolean isForeign(ServiceRequestContext ctx, HttpRequest request, boolean isPost) {
    String origin = request.headers().get(HttpHeaderNames.ORIGIN, "");
    boolean isOwn =
        origin.equals(scheme + "://" + request.authority())
            || (isPastTheProxy(ctx, request)
                && origin.equals(IN_THE_CLEAR + "://" + request.authority()));
    if (isPost || !origin.isEmpty()) {
      return !isOwn;
    }
    return !OWN_SITES.contains(request.headers().get("sec-fetch-site", "none"))
        && !request.headers().get("sec-fetch-mode", "").equals("navigate");
  }

  /**
   * Whether a browser of this machine has come to the port itself, where a proxy with TLS is
   * awaited. With the port in its name there is no other page of that origin.
   */
  private static boolean isPastTheProxy(ServiceRequestContext ctx, HttpRequest request) {
    String authority = String.valueOf(request.authority()).toLowerCase(Locale.ROOT);
    int port = ctx.localAddress().getPort();
    return !ctx.sessionProtocol().isTls()
        && LOOPBACK.stream().anyMatch(host -> authority.equals(host + ":" + port));
  }

  /** Whether the browser that posts a form, and was let in, speaks TLS. */
  public static boolean isByTls(HttpRequest request) {
    return !request.headers().get(HttpHeaderNames.ORIGIN, "").startsWith(IN_THE_CLEAR + "://");
  }

  private HttpResponse posted(
      HttpService delegate,
      ServiceRequestContext ctx,
      HttpRequest request,
      ConsoleSession session) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApply(
                whole -> {
                  if (!isOf(session, whole)) {
                    audit.refused(ctx, session.caller(), "E589");
                    return refused(
                        ctx,
                        HttpStatus.FORBIDDEN,
                        "E589",
                        "the form is not of this session; load its page again");
                  }
                  audit.watch(ctx, session.caller());
                  try {
                    return delegate.serve(ctx, whole.toHttpRequest());
                  } catch (Exception e) {
                    return HttpResponse.ofFailure(e);
                  }
                }));
  }

  private static boolean isOf(ConsoleSession session, AggregatedHttpRequest whole) {
    String brought = QueryParams.fromQueryString(whole.contentUtf8()).get(FORM_TOKEN, "");
    return MessageDigest.isEqual(
        session.formToken().getBytes(StandardCharsets.UTF_8),
        brought.getBytes(StandardCharsets.UTF_8));
  }

  private static HttpResponse refused(
      ServiceRequestContext ctx, HttpStatus status, String code, String why) {
    return new HttpProblem(status, code, why).answer(ctx.path()).toHttpResponse();
  }

  /** A form of a page without any referrer tells no origin, so pages of our own get it. */
  private static ResponseHeaders guarded(ResponseHeaders headers) {
    ResponseHeadersBuilder all =
        headers.toBuilder()
            .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
            .set(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
            .set(HttpHeaderNames.X_FRAME_OPTIONS, "DENY")
            .set(HttpHeaderNames.REFERRER_POLICY, "same-origin")
            .set("cross-origin-resource-policy", "same-origin")
            .set("cross-origin-opener-policy", "same-origin");
    if (!headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
      all.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    }
    return all.build();
  }
}
