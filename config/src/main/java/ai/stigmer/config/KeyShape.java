package ai.stigmer.config;

import java.util.regex.Pattern;

/*
 * Many servers hand out keys of the form sk-LETTERS, so that form alone says nothing. Only what a single vendor
 * uses counts.
 */
/** What a key's text tells without asking anybody. */
final class KeyShape {
  private static final Pattern ANTHROPIC = Pattern.compile("sk-ant-.*", Pattern.DOTALL);
  private static final Pattern OPENAI =
      Pattern.compile("sk-(proj|svcacct|admin)-.*|sk-.*T3BlbkFJ.*", Pattern.DOTALL);

  private static final Pattern HEADER = Pattern.compile("[!-~]+");

  private KeyShape() {}

  /** The vendor whose keys plainly look like this; empty when there is none. */
  static String vendorOf(String key) {
    if (ANTHROPIC.matcher(key).matches()) {
      return "anthropic";
    }
    return OPENAI.matcher(key).matches() ? "openai" : "";
  }

  /** Whether it can stand in an HTTP header: visible ASCII without white space. */
  static boolean fitsAHeader(String key) {
    return HEADER.matcher(key).matches();
  }
}
