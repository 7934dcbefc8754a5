package ai.stigmer.models.ollama;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Secret;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the server is and with which key it is asked.
 *
 * @param url the base URL without a slash at its end
 * @param key sent as a bearer token, where one is set
 */
record Endpoint(URI url, Optional<Secret> key) {
  static final String DEFAULT = "http://localhost:11434";
  private static final String DEFAULT_PORT = ":11434";

  /**
   * Reads a base URL. An address that means "every interface" to a server becomes the loopback
   * address; a text without a scheme gets {@code http} and Ollama's port.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it is no http or https URL, or the key
   *     cannot be a part of an HTTP header
   */
  static Endpoint of(Optional<String> url, Optional<Secret> key) {
    String text = url.map(String::strip).orElse(DEFAULT);
    String full = text.contains("://") ? text : withScheme(text);
    try {
      URI uri = new URI(full);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
        throw unusable(text);
      }
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = uri.getRawPath() == null ? "" : uri.getRawPath();
      String base = scheme + "://" + reachable(uri.getHost()) + port + path;
      return new Endpoint(new URI(base.replaceFirst("/+$", "")), key.map(Endpoint::sendable));
    } catch (java.net.URISyntaxException e) {
      throw unusable(text);
    }
  }

  private static String withScheme(String text) {
    int slash = text.indexOf('/');
    String authority = slash < 0 ? text : text.substring(0, slash);
    String path = slash < 0 ? "" : text.substring(slash);
    boolean hasPort = authority.matches(".*:\\d+") && !authority.endsWith("]");
    return "http://" + authority + (hasPort ? "" : DEFAULT_PORT) + path;
  }

  private static String reachable(String host) {
    return switch (host) {
      case "0.0.0.0" -> "127.0.0.1";
      case "[::]", "[0:0:0:0:0:0:0:0]" -> "[::1]";
      default -> host;
    };
  }

  private static RuntimeException unusable(String text) {
    return Problem.of(
            "E114",
            Problem.Category.CONFIGURATION,
            "the base URL is not a plain http or https URL, got \""
                + (text.indexOf('@') < 0 ? text : "(hidden: it may hold a credential)")
                + "\"")
        .help("write scheme, host and port only, for example " + DEFAULT)
        .asException();
  }

  /** A line break within a key would begin a header of its own. */
  private static Secret sendable(Secret key) {
    if (key.reveal().chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      return key;
    }
    throw Problem.of(
            "E110",
            Problem.Category.CREDENTIALS,
            "the key for Ollama holds a blank, a line break or a character that is not ASCII")
        .help("stigmer config explain", "copy the key again")
        .asException();
  }

  String base() {
    return url.toString();
  }

  boolean isEncrypted() {
    return url.getScheme().equals("https");
  }

  String host() {
    return url.getHost();
  }

  int port() {
    return url.getPort() >= 0 ? url.getPort() : isEncrypted() ? 443 : 80;
  }

  /** Host and port as they stand in the URL. */
  String authority() {
    return url.getRawAuthority();
  }

  /** What stands before the path of every request. */
  String path() {
    return url.getRawPath();
  }

  Request get(String path) {
    return Request.get(this, path);
  }

  Request post(String path, byte[] json) {
    return Request.post(this, path, json);
  }
}
