package ai.stigmer.config;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/** Values about the server and its clients. */
final class ServerValues {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?");
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}");
  private static final int MOST_HOSTS = 32;

  private ServerValues() {}

  /** Whether a value is of its kind. */
  static boolean fits(Setting.Kind kind, String text) {
    return switch (kind) {
      case WEB -> Urls.isPlain(url(text)) && isWithoutPath(url(text));
      case HOSTS ->
          hosts(text).size() <= MOST_HOSTS
              && hosts(text).stream().allMatch(host -> HOST.matcher(host).matches());
      case SWITCH -> isOn(text) || text.equals("off") || text.equals("false");
      default -> throw new IllegalArgumentException("no value of a server: " + kind);
    };
  }

  /** Variables of OpenTelemetry say true. */
  static boolean isOn(String text) {
    return text.equals("on") || text.equals("true");
  }

  /** The address of a server as a URL; of host and port alone it is TLS when the port is 443. */
  static String url(String text) {
    if (!HOST_AND_PORT.matcher(text).matches()) {
      return Urls.withoutSlash(text);
    }
    return (text.endsWith(":443") ? "https://" : "http://") + text;
  }

  private static boolean isWithoutPath(String text) {
    return URI.create(text).getRawPath().isEmpty();
  }

  static List<String> hosts(String text) {
    return List.of(text.strip().split("\\s*,\\s*", -1));
  }
}
