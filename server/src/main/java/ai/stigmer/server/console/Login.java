package ai.stigmer.server.console;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.console.page.ErrorView;
import ai.stigmer.server.console.page.Frame;
import ai.stigmer.server.guard.BearerToken;
import ai.stigmer.server.guard.ConsoleDoor;
import ai.stigmer.server.guard.ConsoleSessions;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.Cookie;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.common.ResponseHeaders;
import java.time.Duration;
import java.util.List;

/**
 * How a browser gets in: whoever has a token is given a code, the browser brings the code, and is
 * given a cookie.
 */
public final class Login {
  /** The pattern of the login page. */
  static final String PAGE = ConsoleDoor.ROOT + "/login";

  /** Where bearers of a token get a code. */
  public static final String CODES = "/api/console-codes";

  private static final Frame OUTSIDE = new Frame("Log in", "", "", false);
  private static final ErrorView NOTHING = new ErrorView("", "", List.of(), List.of());
  private static final ErrorView WRONG =
      new ErrorView(
          "E587",
          "this code is wrong, used up or older than two minutes",
          List.of(),
          List.of("stigmer console"));

  private final ConsoleSessions sessions;

  public Login(ConsoleSessions sessions) {
    this.sessions = requireNonNull(sessions, "sessions is null");
  }

  /** A code for whoever brought a token. */
  HttpResponse code(HttpRequest request) {
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON_UTF_8)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        HttpData.ofUtf8(
            JsonNodeFactory.instance
                    .objectNode()
                    .put("code", sessions.code(BearerToken.of(request)))
                    .put("path", PAGE)
                    .put("expires_in", ConsoleSessions.CODE_LASTS.toSeconds())
                + "\n"));
  }

  /** The page that says what to type. */
  HttpResponse page() {
    return Pages.page(HttpStatus.OK, "login", OUTSIDE, NOTHING);
  }

  /** The same for whoever wants another page. */
  public HttpResponse locked() {
    return Pages.page(HttpStatus.UNAUTHORIZED, "login", OUTSIDE, NOTHING);
  }

  HttpResponse enter(HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApply(
                whole ->
                    sessions
                        .exchange(
                            pasted(
                                QueryParams.fromQueryString(whole.contentUtf8()).get("code", "")))
                        .map(cookie -> withCookie(request, cookie, ConsoleSessions.SESSION_LASTS))
                        .orElseGet(
                            () -> Pages.page(HttpStatus.UNAUTHORIZED, "login", OUTSIDE, WRONG))));
  }

  /** Whoever copies the code may as well have copied the link that it stands in. */
  private static String pasted(String text) {
    return text.substring(text.lastIndexOf('#') + 1).strip();
  }

  HttpResponse leave(HttpRequest request) {
    sessions.end(ConsoleDoor.cookie(request));
    return withCookie(request, "", Duration.ZERO);
  }

  /** A browser keeps no secure cookie that it was sent in the clear. */
  private static HttpResponse withCookie(HttpRequest request, String value, Duration lasts) {
    Cookie cookie =
        Cookie.secureBuilder(ConsoleDoor.cookieName(request), value)
            .path(ConsoleDoor.ROOT)
            .httpOnly(true)
            .sameSite("Strict")
            .secure(ConsoleDoor.isByTls(request))
            .maxAge(lasts.toSeconds())
            .build();
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.SEE_OTHER)
            .add(HttpHeaderNames.LOCATION, value.isEmpty() ? PAGE : RunList.PATH)
            .add(HttpHeaderNames.SET_COOKIE, cookie.toSetCookieHeader())
            .build());
  }
}
