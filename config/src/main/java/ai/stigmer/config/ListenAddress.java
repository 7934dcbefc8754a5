package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/**
 * Where a server listens.
 *
 * @param host a name or an address, of IPv6 without its brackets
 * @param port 0 to 65535; 0 takes a free one
 */
public record ListenAddress(String host, int port) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,253}");
  private static final Pattern BRACKETED = Pattern.compile("\\[[0-9A-Fa-f:.]+]");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
  private static final int HIGHEST_PORT = 65_535;

  public ListenAddress {
    requireNonNull(host, "host is null");
  }

  /**
   * The address that is written as {@code HOST:PORT}.
   *
   * @throws IllegalArgumentException in words for who wrote it
   */
  static ListenAddress of(String text) {
    boolean isBracketed = text.startsWith("[");
    if (isBracketed && !text.contains("]")) {
      throw new IllegalArgumentException("the bracket of its host is not closed");
    }
    int colon = text.lastIndexOf(':');
    if (colon <= text.indexOf(']')) {
      throw new IllegalArgumentException("it has no port");
    }
    String host = text.substring(0, colon);
    if (host.isEmpty()) {
      throw new IllegalArgumentException("it has no host");
    }
    if (!isBracketed && host.contains(":")) {
      throw new IllegalArgumentException("an address of IPv6 stands in brackets");
    }
    if (!(isBracketed ? BRACKETED : NAME).matcher(host).matches()) {
      throw new IllegalArgumentException("its host is neither a name nor an address");
    }
    String port = text.substring(colon + 1);
    if (!PORT.matcher(port).matches() || Integer.parseInt(port) > HIGHEST_PORT) {
      throw new IllegalArgumentException("its port is no number from 0 to " + HIGHEST_PORT);
    }
    return new ListenAddress(
        isBracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }
}
