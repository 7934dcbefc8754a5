package ai.stigmer.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hash chain of one run: each entry's hash covers the hash before it, its sequence number, its
 * time and its text. A changed, lost or exchanged entry breaks it.
 */
final class EntryChain {
  static final String START = "";
  private static final int LENGTH = 16;

  private EntryChain() {}

  static String next(String previous, long seq, long time, String body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(previous.getBytes(StandardCharsets.US_ASCII));
      digest.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(seq).putLong(time).array());
      digest.update(body.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
