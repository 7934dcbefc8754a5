package ai.stigmer.runner.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Contents by their SHA-256, where every machine sees them. A content is there whole or not at all,
 * whoever dies while writing it; what is there never changes. So two who keep the same content do
 * not disturb each other.
 *
 * <p>Thread contract: thread-safe, also across processes and machines.
 */
interface ObjectStore {

  /** Keeps what a file holds, unless it is kept; returns its hash. */
  String keep(Path source) throws IOException;

  /** Keeps a content, unless it is kept; returns its hash. */
  String keep(byte[] content) throws IOException;

  /**
   * Puts a content into a file.
   *
   * @throws IOException also when the content is not there, or is not what its hash says
   */
  void fetch(String hash, Path target) throws IOException;

  /**
   * Looks whether contents can be had and kept now.
   *
   * @throws IOException when they cannot
   */
  void check() throws IOException;

  /** The hash of what a file holds. */
  static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Where a content lies, within the store. */
  static String name(String hash) {
    return "objects/" + hash.substring(0, 2) + "/" + hash;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
