package ai.stigmer.graphton.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/*
 * A name is looked up only when it is on the list: the question itself would carry what a command wants to tell. It is
 * looked up once, and the connection goes to the very addresses that were examined, so that no second answer can lead
 * elsewhere.
 */
/**
 * Opens connections to allowed hosts and to no others, and remembers what it refused.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Egress {
  private static final int CONNECT_MILLIS = 15_000;
  private static final int MOST_REMEMBERED = 10;

  private final List<HostRule> allowed;
  private final Names names;
  private final Set<String> refused = new LinkedHashSet<>();

  /** Where names are looked up. */
  @FunctionalInterface
  public interface Names {
    /** As this machine does it. */
    Names SYSTEM = InetAddress::getAllByName;

    /** All addresses of a name. */
    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  /** Says why a host is not reached, in words for the model and the user. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message, null, false, false);
    }

    String words() {
      return String.valueOf(getMessage());
    }
  }

  public Egress(List<HostRule> allowed, Names names) {
    this.allowed = List.copyOf(allowed);
    this.names = names;
  }

  /** What was refused, a line each, at most ten; each once. */
  public List<String> refused() {
    synchronized (refused) {
      return List.copyOf(refused);
    }
  }

  /**
   * Connects.
   *
   * @throws Refused when the list does not allow it
   * @throws IOException when the host cannot be reached
   */
  Socket connect(Host host, int port) throws Refused, IOException {
    IOException last = new UnknownHostException(host + " has no address");
    for (InetAddress address : examined(host, port)) {
      var socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
      } catch (IOException e) {
        socket.close();
        last = e;
      }
    }
    throw last;
  }

  private List<InetAddress> examined(Host host, int port) throws Refused, UnknownHostException {
    if (!isAllowed(host, port)) {
      String at = port == 80 || port == 443 ? "" : ":" + port;
      throw refuse(
          "host %s%s is not on the allow-list: --allow-host %s%s".formatted(host, at, host, at));
    }
    var fit = new ArrayList<InetAddress>();
    String unfit = "";
    for (InetAddress address : addresses(host)) {
      if (isUsable(address, port)) {
        fit.add(address);
      } else {
        unfit = new Host.Address(address).toString();
      }
    }
    if (fit.isEmpty() && !unfit.isEmpty()) {
      throw refuse(
          "host %s is %s, an address of this machine, its network or its cloud, which counts only where it is on the allow-list itself"
              .formatted(host, unfit));
    }
    return fit;
  }

  private boolean isAllowed(Host host, int port) {
    return allowed.stream().anyMatch(rule -> rule.allows(host, port));
  }

  private boolean isUsable(InetAddress address, int port) {
    return !PublicAddresses.servesCredentials(address)
        && (PublicAddresses.contain(address) || isAllowed(new Host.Address(address), port));
  }

  private List<InetAddress> addresses(Host host) throws UnknownHostException {
    return switch (host) {
      case Host.Address(InetAddress address) -> List.of(address);
      case Host.Name(String name) -> Arrays.asList(names.addresses(name));
    };
  }

  /** Remembers a refusal. */
  Refused refuse(String words) {
    synchronized (refused) {
      if (refused.size() < MOST_REMEMBERED) {
        refused.add(words);
      }
    }
    return new Refused(words);
  }
}
