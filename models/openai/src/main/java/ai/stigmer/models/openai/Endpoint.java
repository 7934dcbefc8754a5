package ai.stigmer.models.openai;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the server is, whose it is and with which key it is asked.
 *
 * @param url the base URL without a slash at its end
 * @param host whose server it is
 * @param key where one is set
 */
record Endpoint(URI url, Host host, Optional<Secret> key) {
  static final String DEFAULT = "https://api.openai.com/v1";

  /** Whose server it is, and with that which of the APIs it speaks best. */
  enum Host {
    VENDOR,
    AZURE,
    COMPATIBLE
  }

  private static final Pattern VENDOR = Pattern.compile("(.+\\.)?api\\.openai\\.com");
  private static final Pattern AZURE =
      Pattern.compile(
          ".+\\.(openai\\.azure\\.com|services\\.ai\\.azure\\.com|cognitiveservices\\.azure\\.com)");
  private static final Pattern FOREIGN_KEY = Pattern.compile("(sk-ant-|sk-or-|gsk_|xai-|AIza).*");
  private static final Pattern TOKEN = Pattern.compile("eyJ[^.]+\\.[^.]+\\.[^.]*");

  /**
   * Reads a base URL. The vendor's and Azure's get the path of their API where they have none.
   *
   * @throws ProblemException when it is no http or https URL, or the key cannot be a part of an
   *     HTTP header
   */
  static Endpoint of(Optional<String> url, Optional<Secret> key) {
    String text = url.map(String::strip).filter(given -> !given.isEmpty()).orElse(DEFAULT);
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getHost() == null
          || uri.getRawUserInfo() != null
          || !(scheme.equals("http") || scheme.equals("https"))) {
        throw unusable(text);
      }
      Host host = hostOf(uri.getHost().toLowerCase(Locale.ROOT));
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = pathOf(host, String.valueOf(uri.getRawPath()).replaceFirst("/+$", ""));
      return new Endpoint(
          new URI(scheme + "://" + reachable(uri.getHost()) + port + path),
          host,
          key.map(Endpoint::sendable));
    } catch (URISyntaxException e) {
      throw unusable(text);
    }
  }

  private static Host hostOf(String name) {
    if (VENDOR.matcher(name).matches()) {
      return Host.VENDOR;
    }
    return AZURE.matcher(name).matches() ? Host.AZURE : Host.COMPATIBLE;
  }

  private static String pathOf(Host host, String path) {
    return switch (host) {
      case VENDOR -> path.isEmpty() ? "/v1" : path;
      case AZURE -> path.isEmpty() || path.equals("/openai") ? "/openai/v1" : path;
      case COMPATIBLE -> path;
    };
  }

  private static String reachable(String host) {
    return switch (host) {
      case "0.0.0.0" -> "127.0.0.1";
      case "[::]", "[0:0:0:0:0:0:0:0]" -> "[::1]";
      default -> host;
    };
  }

  private static ProblemException unusable(String text) {
    return Problem.of(
            "E114",
            Problem.Category.CONFIGURATION,
            "the base URL is not a plain http or https URL, got \""
                + (text.indexOf('@') < 0 ? text : "(hidden: it may hold a credential)")
                + "\"")
        .help("write scheme, host, port and path only, for example http://localhost:1234/v1")
        .asException();
  }

  /** A line break within a key would begin a header of its own. */
  private static Secret sendable(Secret key) {
    if (key.reveal().chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      return key;
    }
    throw Problem.of(
            "E108",
            Problem.Category.CREDENTIALS,
            "the key for OpenAI holds a blank, a line break or a character that is not ASCII")
        .help("stigmer config explain", "set it again, the key alone on one line")
        .asException();
  }

  /** What is wrong with the key, as far as its presence and its shape tell. */
  Optional<Problem> keyProblem() {
    if (host == Host.COMPATIBLE) {
      return Optional.empty();
    }
    if (key.isEmpty()) {
      return Optional.of(
          Problem.of("E101", Problem.Category.CREDENTIALS, base() + " needs an API key")
              .help("export OPENAI_API_KEY=...", "or stay local: --provider ollama"));
    }
    return host == Host.VENDOR && FOREIGN_KEY.matcher(key.get().reveal()).matches()
        ? Optional.of(
            Problem.of(
                    "E107",
                    Problem.Category.CREDENTIALS,
                    "the key looks like one of another vendor; it was not sent to " + base())
                .help("stigmer config explain", "set the key of OpenAI, or that vendor's base URL"))
        : Optional.empty();
  }

  /** The name of the header that carries the key. */
  String keyHeader() {
    return host == Host.AZURE && !isToken() ? "api-key" : "Authorization";
  }

  /** What stands in that header; empty when there is no key. */
  Optional<String> keyValue() {
    return key.map(Secret::reveal)
        .map(value -> keyHeader().equals("api-key") ? value : "Bearer " + value);
  }

  /** Whether the key is a signed token, as Azure's Entra gives out. */
  private boolean isToken() {
    return key.isPresent() && TOKEN.matcher(key.get().reveal()).matches();
  }

  String base() {
    return url.toString();
  }
}
