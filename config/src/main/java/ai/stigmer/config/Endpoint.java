package ai.stigmer.config;

/** An endpoint as people write it, made an URL. */
final class Endpoint {
  private static final String OLLAMA_PORT = "11434";

  private Endpoint() {}

  /** The URL without a trailing slash; a bare host of ollama gets {@code http} and its port. */
  static String normal(String text, String provider) {
    String url = text.strip();
    while (url.endsWith("/")) {
      url = url.substring(0, url.length() - 1);
    }
    if (!provider.equals("ollama") || url.contains("://")) {
      return url;
    }
    String host = url.startsWith(":") ? "127.0.0.1" + url : url;
    boolean port = host.substring(host.lastIndexOf(']') + 1).contains(":");
    return "http://" + (port ? host : host + ":" + OLLAMA_PORT).replace("0.0.0.0", "127.0.0.1");
  }
}
