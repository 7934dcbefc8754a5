package ai.stigmer.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the journal is: a file, or a PostgreSQL database; and how that is shown. */
final class DatabaseUrl {
  private static final Pattern SERVER =
      Pattern.compile("postgres(?:ql)?://(?:([^:@/?]*)(:[^@/?]*)?@)?([^@/?]+/[^@?/]+)(\\?[^@]*)?");

  private DatabaseUrl() {}

  /** Whether it is a file's name, or an address of the form that the database's driver takes. */
  static boolean isUsable(String text) {
    return text.indexOf(':') < 0 || isFile(text) || SERVER.matcher(text).matches();
  }

  /** Whether a password stands in it. */
  static boolean holdsPassword(String text) {
    Matcher matcher = SERVER.matcher(text);
    return matcher.matches() && matcher.group(2) != null && matcher.group(2).length() > 1;
  }

  /** The text as it may be printed. */
  static String shown(String text) {
    if (isFile(text)) {
      return text;
    }
    Matcher matcher = SERVER.matcher(text);
    if (!matcher.matches()) {
      return "(hidden: it may hold a credential)";
    }
    String user = matcher.group(1) == null ? "" : matcher.group(1);
    String password = holdsPassword(text) ? ":***" : "";
    return "postgresql://" + (user.isEmpty() ? "" : user + password + "@") + matcher.group(3);
  }

  private static boolean isFile(String text) {
    return !text.contains("://") && !text.startsWith("jdbc:") && !text.startsWith("postgres");
  }
}
