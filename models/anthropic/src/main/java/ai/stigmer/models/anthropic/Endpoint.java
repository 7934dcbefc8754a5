package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the API is and with which key it is asked.
 *
 * @param base the base URL without {@code /v1} and without a slash at its end
 * @param key sent as a bearer token, where one is set
 */
record Endpoint(String base, Optional<Secret> key) {
  static final String VENDOR = "https://api.anthropic.com";
  private static final Pattern OF_OPENAI =
      Pattern.compile("sk-(proj|svcacct|admin)-.*|sk-.*T3BlbkFJ.*", Pattern.DOTALL);

  /**
   * Reads a base URL and a key.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it is no http or https URL, when the
   *     vendor's own host is asked without a key or with one of another vendor, or when the key
   *     cannot be a part of an HTTP header
   */
  static Endpoint of(Optional<String> url, Optional<Secret> key) {
    String base = base(url.map(String::strip).orElse(VENDOR));
    key.ifPresent(Endpoint::checkSendable);
    if (base.equals(VENDOR)) {
      checkOwn(key);
    }
    return new Endpoint(base, key);
  }

  private static String base(String text) {
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (uri.getHost() == null
          || !(scheme.equals("http") || scheme.equals("https"))
          || uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        throw unusable(text);
      }
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String path = uri.getRawPath() == null ? "" : uri.getRawPath();
      String host = uri.getHost().toLowerCase(Locale.ROOT);
      String whole = scheme + "://" + host + port + path.replaceFirst("/+$", "");
      return whole.replaceFirst("/v1$", "");
    } catch (URISyntaxException e) {
      throw unusable(text);
    }
  }

  private static RuntimeException unusable(String text) {
    return Problem.of(
            "E114",
            Category.CONFIGURATION,
            "the base URL is not a plain http or https URL, got \""
                + (text.indexOf('@') < 0 ? text : "(hidden: it may hold a credential)")
                + "\"")
        .help("write scheme, host and port only, for example " + VENDOR)
        .asException();
  }

  private static void checkOwn(Optional<Secret> key) {
    if (key.isEmpty()) {
      throw Problem.of("E101", Category.CREDENTIALS, "anthropic needs an API key, and none was set")
          .from("endpoint " + VENDOR)
          .help("export ANTHROPIC_API_KEY=…", "stigmer config explain")
          .asException();
    }
    if (OF_OPENAI.matcher(key.get().reveal()).matches()) {
      throw Problem.of(
              "E107",
              Category.CREDENTIALS,
              "the key looks like one of openai, but provider is anthropic; it was not sent")
          .from("endpoint " + VENDOR)
          .help("use that provider: --provider openai", "or set the right key")
          .asException();
    }
  }

  /** A line break within a key would begin a header of its own. */
  private static void checkSendable(Secret key) {
    if (!key.reveal().chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw Problem.of(
              "E108",
              Category.CREDENTIALS,
              "the key for anthropic holds a blank, a line break or a character that is not ASCII")
          .help("stigmer config explain", "copy the key again")
          .asException();
    }
  }

  boolean isVendor() {
    return base.equals(VENDOR);
  }

  /** The text without the key, for messages. */
  String redacted(String text) {
    return key.map(secret -> text.replace(secret.reveal(), "[redacted]")).orElse(text);
  }
}
