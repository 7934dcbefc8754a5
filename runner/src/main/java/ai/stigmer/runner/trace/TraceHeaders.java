package ai.stigmer.runner.trace;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Headers as the variables of OTLP exporters write them. */
public final class TraceHeaders {
  private TraceHeaders() {}

  /**
   * The headers by name; what has no name or no value is left out.
   *
   * @param text {@code NAME=VALUE}, separated by commas, values percent-encoded
   */
  public static Map<String, String> of(String text) {
    var headers = new LinkedHashMap<String, String>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && !pair.substring(equals + 1).isBlank()) {
        headers.put(pair.substring(0, equals).strip(), decoded(pair.substring(equals + 1).strip()));
      }
    }
    return headers;
  }

  /**
   * A percent-encoded text as it is meant; one that is not encoded as it stands. A plus is one:
   * this is no form.
   */
  public static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
