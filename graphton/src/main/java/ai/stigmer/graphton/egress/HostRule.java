package ai.stigmer.graphton.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * A host that may be reached: {@code example.org}, {@code *.example.org} for all names below it,
 * {@code 10.0.0.7} or {@code [::1]}, each with or without {@code :PORT}.
 *
 * @param host the name, of a rule for names below it what follows {@code *.}
 * @param isBelow whether it speaks of names below {@code host} and not of itself
 * @param port the only port, 1 to 65,535; without one 80 and 443
 */
public record HostRule(Host host, boolean isBelow, OptionalInt port) {
  private static final int HIGHEST_PORT = 65_535;
  private static final int MOST = 64;
  private static final String BELOW = "*.";

  /**
   * Reads rules with commas between.
   *
   * @throws IllegalArgumentException when one is no rule, or when there are more than 64; the
   *     message says which and why
   */
  public static List<HostRule> list(String text) {
    var rules = new ArrayList<HostRule>();
    for (String one : text.split(",", -1)) {
      rules.add(parse(one.strip()));
    }
    if (rules.size() > MOST) {
      throw new IllegalArgumentException("at most " + MOST + " hosts, got " + rules.size());
    }
    return List.copyOf(rules);
  }

  /**
   * Reads one rule.
   *
   * @throws IllegalArgumentException when it is none; the message says why
   */
  public static HostRule parse(String text) {
    boolean below = text.startsWith(BELOW);
    Target target = Target.parse(below ? text.substring(BELOW.length()) : text);
    if (target.host() instanceof Host.Address(var address)
        && PublicAddresses.servesCredentials(address)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" serves the credentials of a cloud machine");
    }
    if (below && !isNameWithin(target.host())) {
      throw new IllegalArgumentException(
          "\"" + text + "\" speaks of too much: * stands for what is before a name with a dot");
    }
    return new HostRule(target.host(), below, target.port());
  }

  private static boolean isNameWithin(Host host) {
    return host instanceof Host.Name(String name) && name.contains(".");
  }

  /** Whether this host may be reached at this port, whatever its name stands for. */
  boolean allows(Host asked, int at) {
    return fits(asked) && (port.isPresent() ? port.getAsInt() == at : at == 80 || at == 443);
  }

  private boolean fits(Host asked) {
    return isBelow
        ? asked instanceof Host.Name(String name) && name.endsWith("." + host)
        : asked.equals(host);
  }

  @Override
  public String toString() {
    return (isBelow ? BELOW : "") + host + (port.isPresent() ? ":" + port.getAsInt() : "");
  }

  /** A host, perhaps with a port. */
  record Target(Host host, OptionalInt port) {

    /**
     * Reads {@code HOST[:PORT]}.
     *
     * @throws IllegalArgumentException when it is not that
     */
    static Target parse(String text) {
      int colon = text.lastIndexOf(':');
      boolean ported = colon > text.lastIndexOf(']') && colon >= 0;
      Host host =
          Host.parse(ported ? text.substring(0, colon) : text)
              .orElseThrow(() -> new IllegalArgumentException(notOne(text)));
      return new Target(host, ported ? OptionalInt.of(port(text, colon + 1)) : OptionalInt.empty());
    }

    private static int port(String text, int from) {
      String digits = text.substring(from);
      int port = digits.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(digits) : 0;
      if (port < 1 || port > HIGHEST_PORT) {
        throw new IllegalArgumentException(notOne(text));
      }
      return port;
    }

    private static String notOne(String text) {
      String shown = text.replaceAll("[^!-~]", "?");
      return "\""
          + shown.substring(0, Math.min(shown.length(), 80))
          + "\" is no host with or without a port";
    }
  }
}
