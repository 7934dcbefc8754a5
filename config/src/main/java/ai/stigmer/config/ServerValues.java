package ai.stigmer.config;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/** Values about the server and its clients. */
final class ServerValues {
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?");
  private static final int MOST_HOSTS = 32;

  private ServerValues() {}

  /** Whether a value is of its kind. */
  static boolean fits(Setting.Kind kind, String text) {
    return switch (kind) {
      case WEB -> Urls.isPlain(text) && isWithoutPath(text);
      case HOSTS ->
          hosts(text).size() <= MOST_HOSTS
              && hosts(text).stream().allMatch(host -> HOST.matcher(host).matches());
      case SWITCH -> text.equals("on") || text.equals("off");
      default -> throw new IllegalArgumentException("no value of a server: " + kind);
    };
  }

  private static boolean isWithoutPath(String text) {
    return URI.create(Urls.withoutSlash(text)).getRawPath().isEmpty();
  }

  static List<String> hosts(String text) {
    return List.of(text.strip().split("\\s*,\\s*", -1));
  }
}
