package ai.stigmer.server.console;

import static java.util.Objects.requireNonNull;

import ai.stigmer.server.console.page.Frame;
import ai.stigmer.server.guard.ConsoleDoor;
import ai.stigmer.server.guard.ConsoleSession;
import ai.stigmer.server.guard.Scope;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.ServiceRequestContext;

/**
 * A request of a browser that was let in.
 *
 * @param fields what its form holds; empty for a request without one
 */
record Asked(ServiceRequestContext ctx, QueryParams fields) {
  private static final int MOST_PAGES = 1_000_000;

  /** A parameter of the path. */
  String path(String name) {
    return requireNonNull(ctx.pathParam(name), "the route names it");
  }

  /** A parameter of the query; empty when it is not there. */
  String query(String name) {
    return requireNonNull(ctx.queryParams().get(name, ""), "it has a default");
  }

  /** A number of the query, from 1; 0 when it is not there or is none. */
  int page() {
    String text = query("page");
    return text.matches("[0-9]{1,7}") ? Math.min(MOST_PAGES, Integer.parseInt(text)) : 0;
  }

  /** A field of the form; empty when it is not there. */
  String field(String name) {
    return requireNonNull(fields.get(name, ""), "it has a default");
  }

  /** What is around the page that answers. */
  Frame frame(String title, String section) {
    ConsoleSession session = ConsoleDoor.session(ctx);
    return new Frame(title, section, session.formToken(), session.may(Scope.RUN));
  }

  /** How a decision of this browser is signed. */
  String by() {
    return ConsoleDoor.session(ctx).caller().signature("the console");
  }

  boolean mayRun() {
    return ConsoleDoor.session(ctx).may(Scope.RUN);
  }
}
