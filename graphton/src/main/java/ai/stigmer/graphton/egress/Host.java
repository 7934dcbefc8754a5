package ai.stigmer.graphton.egress;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/*
 * Rules, requests and connections read a host by this one parser, so that no two of them see different hosts in the
 * same text. Whatever a resolver might take for an address in another notation is no host at all.
 */
/** Where a request goes: a name, or an address in its usual notation. */
public sealed interface Host {

  /**
   * A name.
   *
   * @param text in small letters, without a dot at its end
   */
  record Name(String text) implements Host {
    @Override
    public String toString() {
      return text;
    }
  }

  /** An address that was written as one. */
  record Address(InetAddress address) implements Host {
    @Override
    public String toString() {
      String text = address.getHostAddress();
      return text.contains(":") ? "[" + text + "]" : text;
    }
  }

  /**
   * Reads a name, an IPv4 address of four decimal numbers, or an IPv6 address in brackets.
   *
   * @return empty when it is none of them
   */
  static Optional<Host> parse(String text) {
    String host = text.toLowerCase(Locale.ROOT);
    if (Notation.FOUR.matcher(host).matches()
        || (host.length() <= Notation.LONGEST && Notation.SIX.matcher(host).matches())) {
      return address(host);
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    boolean fits = name.length() <= Notation.LONGEST && Notation.NAME.matcher(name).matches();
    return fits && !Notation.NUMBER.matcher(name).matches()
        ? Optional.of(new Name(name))
        : Optional.empty();
  }

  private static Optional<Host> address(String text) {
    try {
      return Optional.of(new Address(InetAddress.ofLiteral(text.replaceAll("[\\[\\]]", ""))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What each kind of host looks like. */
  final class Notation {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern FOUR = Pattern.compile(BYTE + "([.]" + BYTE + "){3}");
    private static final Pattern SIX = Pattern.compile("\\[[0-9a-f:.]*:[0-9a-f:.]*]");
    private static final Pattern NAME =
        Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,62})([.][a-z0-9_]([a-z0-9_-]{0,62}))*");

    /** A name whose last part is a number is read as an address by some. */
    private static final Pattern NUMBER = Pattern.compile("(.*[.])?([0-9]+|0x[0-9a-f]*)");

    private static final int LONGEST = 253;

    private Notation() {}
  }
}
