package ai.stigmer.config;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** Base URLs: which are usable, and how they are shown. */
final class Urls {
  private static final int LAST_PORT = 65_535;

  private Urls() {}

  /** Whether it is http or https with a host, and without user, query and fragment. */
  static boolean isPlain(String text) {
    try {
      URI uri = URI.create(text);
      return isWeb(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null
          && uri.getPort() <= LAST_PORT;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isWeb(String scheme) {
    return scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
  }

  /** The host in small letters; empty when there is none. */
  static Optional<String> host(String text) {
    try {
      return Optional.ofNullable(URI.create(text).getHost())
          .map(host -> host.toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** As it is used: Ollama's may be a bare host, and a slash at the end counts for nothing. */
  static String full(String text, String provider) {
    boolean bare = provider.equals("ollama") && !text.isEmpty() && !text.contains("://");
    return withoutSlash(bare ? OllamaHost.toUrl(text) : text);
  }

  static String withoutSlash(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '/') {
      end--;
    }
    return text.substring(0, end);
  }

  /** The text as it may be printed: user names, passwords and queries can hold credentials. */
  static String shown(String text) {
    return text.indexOf('@') >= 0 || text.indexOf('?') >= 0
        ? "(hidden: it may hold a credential)"
        : text;
  }
}
