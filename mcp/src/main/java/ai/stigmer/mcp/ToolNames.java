package ai.stigmer.mcp;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Names of tools, spaced by their server, within what every provider takes. */
final class ToolNames {
  private static final int LONGEST = 64;
  private static final int CHECK = 9;

  private ToolNames() {}

  /**
   * {@code server__tool}. A name with other characters, or one that is too long, is changed and
   * gets a check sum, so that two tools never become one.
   */
  static String of(String server, String tool) {
    String clean = tool.replaceAll("[^A-Za-z0-9_-]", "_");
    String whole = server + "__" + clean;
    if (clean.equals(tool) && whole.length() <= LONGEST) {
      return whole;
    }
    CRC32 sum = new CRC32();
    sum.update(tool.getBytes(StandardCharsets.UTF_8));
    return whole.substring(0, Math.min(whole.length(), LONGEST - CHECK))
        + String.format("_%08x", sum.getValue());
  }
}
