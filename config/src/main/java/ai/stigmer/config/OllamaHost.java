package ai.stigmer.config;

import java.util.Locale;

/**
 * What Ollama's own programs make of {@code OLLAMA_HOST}: a host, host and port, or URL. The port
 * is 11434 unless the text has a scheme, then the scheme's. An address to listen on stands for this
 * machine.
 *
 * <p>Source: Ollama's {@code envconfig.Host} and {@code ConnectableHost}, as of v0.33.
 */
final class OllamaHost {
  private static final String DEFAULT_PORT = "11434";

  private OllamaHost() {}

  /** The base URL to connect to. A text with a user name in it is left as it is, to be refused. */
  static String toUrl(String text) {
    String rest = text.strip();
    if (rest.indexOf('@') >= 0) {
      return rest;
    }
    String scheme = "http";
    String port = DEFAULT_PORT;
    int colon = rest.indexOf("://");
    if (colon >= 0) {
      scheme = rest.substring(0, colon).toLowerCase(Locale.ROOT);
      rest = rest.substring(colon + 3);
      port = scheme.equals("https") ? "443" : "80";
    } else if (rest.equals("ollama.com")) {
      return "https://ollama.com";
    }
    int slash = rest.indexOf('/');
    String path = slash >= 0 ? rest.substring(slash) : "";
    String hostAndPort = slash >= 0 ? rest.substring(0, slash) : rest;
    String host = hostAndPort;
    int portColon = hostAndPort.lastIndexOf(':');
    if (hostAndPort.startsWith("[")) {
      int end = hostAndPort.indexOf(']');
      host = end > 0 ? hostAndPort.substring(0, end + 1) : hostAndPort;
      portColon = hostAndPort.indexOf(':', host.length());
    } else if (hostAndPort.indexOf(':') != portColon) {
      host = "[" + hostAndPort + "]";
      portColon = -1;
    } else if (portColon >= 0) {
      host = hostAndPort.substring(0, portColon);
    }
    if (portColon >= 0) {
      port = validPort(hostAndPort.substring(portColon + 1), port);
    }
    return scheme + "://" + connectable(host) + portSuffix(scheme, port) + withoutSlash(path);
  }

  private static String validPort(String text, String fallback) {
    try {
      int port = Integer.parseInt(text);
      return port >= 0 && port <= 65_535 ? text : fallback;
    } catch (NumberFormatException e) {
      return fallback;
    }
  }

  private static String connectable(String host) {
    return switch (host) {
      case "", "0.0.0.0" -> "127.0.0.1";
      case "[::]" -> "[::1]";
      default -> host;
    };
  }

  private static String portSuffix(String scheme, String port) {
    boolean schemesOwn =
        (scheme.equals("http") && port.equals("80"))
            || (scheme.equals("https") && port.equals("443"));
    return schemesOwn ? "" : ":" + port;
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
