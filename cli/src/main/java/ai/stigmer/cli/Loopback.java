package ai.stigmer.cli;

import java.util.Locale;
import java.util.regex.Pattern;

/** Hosts of URLs that are this machine whatever a name server says. */
public final class Loopback {
  /** Digits only: a name that begins like an address is still a name. */
  private static final Pattern ADDRESS =
      Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

  private Loopback() {}

  /**
   * Whether it is {@code localhost}, {@code [::1]} or an address of 127.0.0.0/8.
   *
   * @param host as a URL has it
   */
  public static boolean is(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.equals("localhost") || lower.equals("[::1]") || ADDRESS.matcher(lower).matches();
  }
}
