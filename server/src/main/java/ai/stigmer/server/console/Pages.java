package ai.stigmer.server.console;

import ai.stigmer.server.console.page.Frame;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import java.util.Map;

/**
 * The templates, which the build has made classes of.
 *
 * <p>Thread contract: thread-safe.
 */
final class Pages {
  private static final TemplateEngine ENGINE =
      TemplateEngine.createPrecompiled(
          null,
          ContentType.Html,
          Pages.class.getClassLoader(),
          Pages.class.getPackageName() + ".template");

  private Pages() {}

  /** A whole page. */
  static HttpResponse page(HttpStatus status, String template, Frame frame, Object view) {
    return html(status, render(template, Map.of("frame", frame, "view", view)));
  }

  /** A part of a page. */
  static HttpResponse part(String template, Map<String, Object> values) {
    return html(HttpStatus.OK, render(template, values));
  }

  static String render(String template, Map<String, Object> values) {
    var out = new SafeOutput();
    ENGINE.render(template + ".jte", values, out);
    return out.html();
  }

  private static HttpResponse html(HttpStatus status, String text) {
    return HttpResponse.of(status, MediaType.HTML_UTF_8, text);
  }
}
