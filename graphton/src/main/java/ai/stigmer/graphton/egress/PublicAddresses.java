package ai.stigmer.graphton.egress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** Tells addresses of the internet from those of this machine, its network and its cloud. */
public final class PublicAddresses {
  private static final List<String> METADATA =
      List.of("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

  private PublicAddresses() {}

  /** Whether it serves the credentials of a cloud machine. */
  public static boolean servesCredentials(InetAddress address) {
    return METADATA.contains(address.getHostAddress());
  }

  /** Whether it is neither of this machine nor of a private network, nor set aside for tests. */
  public static boolean contain(InetAddress address) {
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
      return contain(InetAddress.getByAddress(ip));
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
}
