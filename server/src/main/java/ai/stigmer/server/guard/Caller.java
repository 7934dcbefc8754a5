package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;

/**
 * Who calls.
 *
 * @param name of the token, for people and for the journal
 */
public record Caller(String name, Scope scope) {
  private static final AttributeKey<Caller> KEY = AttributeKey.valueOf(Caller.class, "CALLER");

  public Caller {
    requireNonNull(name, "name is null");
    requireNonNull(scope, "scope is null");
  }

  /** Who makes a request that was let in. */
  public static Caller of(ServiceRequestContext ctx) {
    return requireNonNull(ctx.attr(KEY), "the guard lets nobody in without a caller");
  }

  void on(ServiceRequestContext ctx) {
    ctx.setAttr(KEY, this);
  }

  /**
   * How a decision of this caller is signed.
   *
   * @param given what the caller says of itself, may be empty
   */
  public String signature(String given) {
    String said = given.strip().replaceAll("\\p{Cntrl}", " ");
    return said.isEmpty()
        ? "token " + name
        : said.substring(0, Math.min(said.length(), 100)) + " (token " + name + ")";
  }
}
