package ai.stigmer.config;

import java.util.Map;
import java.util.regex.Pattern;

/*
 * Many servers hand out keys of the form sk-LETTERS, so that form alone says nothing. Only what a single vendor
 * uses counts.
 */
/** What a key's text tells without asking anybody. */
public final class KeyShape {
  private static final Pattern ANTHROPIC = Pattern.compile("sk-ant-.*", Pattern.DOTALL);
  private static final Pattern OPENAI =
      Pattern.compile("sk-(proj|svcacct|admin)-.*|sk-.*T3BlbkFJ.*", Pattern.DOTALL);

  private static final Map<String, Pattern> OTHERS =
      Map.of(
          "google", Pattern.compile("AIza[0-9A-Za-z_-]{20,}"),
          "groq", Pattern.compile("gsk_[0-9A-Za-z]{20,}"),
          "xai", Pattern.compile("xai-[0-9A-Za-z]{20,}"),
          "github", Pattern.compile("gh[oprsu]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{30,}"),
          "gitlab", Pattern.compile("glpat-[0-9A-Za-z_.-]{20,}"),
          "slack", Pattern.compile("xox[abeoprs]-[0-9A-Za-z-]{20,}"),
          "huggingface", Pattern.compile("hf_[0-9A-Za-z]{30,}"),
          "npm", Pattern.compile("npm_[0-9A-Za-z]{30,}"),
          "stripe", Pattern.compile("[rs]k_live_[0-9A-Za-z]{20,}"));

  private static final Pattern HEADER = Pattern.compile("[!-~]+");

  private KeyShape() {}

  /**
   * The vendor whose keys plainly look like this, for example {@code openai} or {@code google};
   * empty when there is none.
   */
  public static String vendorOf(String key) {
    if (ANTHROPIC.matcher(key).matches()) {
      return "anthropic";
    }
    if (OPENAI.matcher(key).matches()) {
      return "openai";
    }
    return OTHERS.entrySet().stream()
        .filter(other -> other.getValue().matcher(key).matches())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }

  /** Whether it can stand in an HTTP header: visible ASCII without white space. */
  static boolean fitsAHeader(String key) {
    return HEADER.matcher(key).matches();
  }
}
