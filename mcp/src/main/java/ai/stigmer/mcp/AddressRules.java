package ai.stigmer.mcp;

import ai.stigmer.graphton.egress.PublicAddresses;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.McpServer.Connection.Http;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
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
      return LITERAL.matcher(host).matches()
          && !PublicAddresses.contain(InetAddress.getByName(host));
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
      if (PublicAddresses.servesCredentials(address)) {
        throw refused(target.getHost() + " serves the credentials of a cloud machine");
      }
      if (!PublicAddresses.contain(address) && !server.privateAllowed()) {
        throw refused(target.getHost() + " is an address of this machine or its network");
      }
      if (PublicAddresses.contain(address) && !"https".equalsIgnoreCase(target.getScheme())) {
        throw refused("http without encryption to " + target.getHost());
      }
    }
  }

  private static ProblemException refused(String message) {
    return McpProblems.address(message).asException();
  }
}
