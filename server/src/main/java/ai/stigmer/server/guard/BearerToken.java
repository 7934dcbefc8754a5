package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import java.util.Locale;
import java.util.Optional;

/** The token of the server itself, which may do everything, or one that was made from it. */
public final class BearerToken implements Credentials {
  private static final String BEARER = "bearer ";

  private final TokenFile token;
  private final TokenList tokens;

  public BearerToken(TokenFile token, TokenList tokens) {
    this.token = requireNonNull(token, "token is null");
    this.tokens = requireNonNull(tokens, "tokens is null");
  }

  @Override
  public Optional<Caller> caller(HttpRequest request) {
    String offered = of(request);
    return offered.isEmpty() ? Optional.empty() : caller(offered);
  }

  /** The token that a request brings; empty for none. */
  public static String of(HttpRequest request) {
    String value = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
    return value.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? value.substring(BEARER.length()).strip()
        : "";
  }

  /** Whose token that is now; empty for one that lets nobody in, or no more. */
  Optional<Caller> caller(String offered) {
    return token.matches(offered)
        ? Optional.of(new Caller("server.token", Scope.ADMIN))
        : tokens.caller(offered);
  }
}
