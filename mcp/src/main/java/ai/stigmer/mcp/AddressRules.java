package ai.stigmer.mcp;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.McpServer.Connection.Http;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/*
 * The JDK's client resolves a name once more when it connects. It does so within the life of the JDK's cache of
 * addresses, and over https the certificate must belong to the name, so an answer that changes in between leads nowhere.
 */
/**
 * Which addresses a server on the network may have: public ones over https. An address of this
 * machine or network must have been named by the user, and one that serves a cloud machine's
 * credentials is never used.
 */
final class AddressRules {
  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|\\[[0-9A-Fa-f:.]+]");
  private static final List<String> METADATA =
      List.of("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

  private AddressRules() {}

  /**
   * Checks the form of an address.
   *
   * @throws IllegalArgumentException when it is not http or https with a host, or holds a user, a
   *     query or a fragment
   */
  static void requireUsable(String url) {
    try {
      URI uri = new URI(url);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if ((scheme.equals("https") || scheme.equals("http"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return;
      }
    } catch (URISyntaxException e) {
      // The same answer as for an address of another kind.
    }
    throw new IllegalArgumentException(
        "a server's url must be http or https with a host, without user, query and fragment");
  }

  /** Whether the address itself names this machine or a private network, in so many words. */
  static boolean namesPrivate(String url) {
    String host = URI.create(url).getHost();
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return LITERAL.matcher(host).matches() && !isPublic(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * Resolves a request's host and refuses where it leads.
   *
   * @throws ProblemException {@code E703}
   */
  static void check(Http server, URI target) throws UnknownHostException {
    if (!server.uri().getHost().equalsIgnoreCase(target.getHost())) {
      throw refused("the MCP server asked to go on at another host: " + target.getHost());
    }
    for (InetAddress address : InetAddress.getAllByName(target.getHost())) {
      if (METADATA.contains(address.getHostAddress())) {
        throw refused(target.getHost() + " serves the credentials of a cloud machine");
      }
      if (!isPublic(address) && !server.privateAllowed()) {
        throw refused(target.getHost() + " is an address of this machine or its network");
      }
      if (isPublic(address) && !"https".equalsIgnoreCase(target.getScheme())) {
        throw refused("http without encryption to " + target.getHost());
      }
    }
  }

  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address ? isPublic6(bytes) : isPublic4(bytes);
  }

  private static boolean isPublic4(byte[] ip) {
    int a = ip[0] & 0xff;
    int b = ip[1] & 0xff;
    boolean carrier = a == 100 && b >= 64 && b < 128;
    boolean tests = a == 198 && (b == 18 || b == 19);
    return !(a == 0 || a >= 240 || carrier || tests || (a == 192 && b == 0 && ip[2] == 0));
  }

  /** Also the address that is wrapped into one for translation or tunnels. */
  private static boolean isPublic6(byte[] ip) {
    if ((ip[0] & 0xfe) == 0xfc) {
      return false;
    }
    boolean compatible = isZero(ip, 0, 12);
    boolean translated =
        ip[0] == 0 && ip[1] == 0x64 && (ip[2] & 0xff) == 0xff && ip[3] == (byte) 0x9b;
    if (compatible || translated) {
      return isPublicInside(Arrays.copyOfRange(ip, 12, 16));
    }
    boolean sixToFour = ip[0] == 0x20 && ip[1] == 0x02;
    return !sixToFour || isPublicInside(Arrays.copyOfRange(ip, 2, 6));
  }

  private static boolean isPublicInside(byte[] ip) {
    try {
      return isPublic(InetAddress.getByAddress(ip));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static boolean isZero(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static ProblemException refused(String message) {
    return McpProblems.address(message).asException();
  }
}
