package ai.stigmer.runner.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Contents by their SHA-256, a file each, in a folder that only its owner may read. A content is
 * there whole or not at all, whoever dies while writing it; what is there never changes.
 *
 * <p>Thread contract: thread-safe, also across processes and machines.
 */
final class ObjectFolder {
  private static final FileAttribute<?> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path objects;
  private final Path unfinished;

  /** Makes the folder when it is not there. */
  static ObjectFolder in(Path root) throws IOException {
    Path folder = Files.createDirectories(root, FOLDER);
    var store = new ObjectFolder(folder.resolve("objects"), folder.resolve("unfinished"));
    Files.createDirectories(store.objects, FOLDER);
    Files.createDirectories(store.unfinished, FOLDER);
    return store;
  }

  private ObjectFolder(Path objects, Path unfinished) {
    this.objects = objects;
    this.unfinished = unfinished;
  }

  boolean has(String hash) {
    return Files.exists(file(hash), LinkOption.NOFOLLOW_LINKS);
  }

  /** Keeps what a file holds, unless it is kept; returns its hash. */
  String keep(Path source) throws IOException {
    String hash = hash(source);
    if (has(hash)) {
      return hash;
    }
    try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS)) {
      return keep(in);
    }
  }

  /** Keeps a content; returns its hash. */
  String keep(InputStream content) throws IOException {
    Path fresh = Files.createTempFile(unfinished, "object", "", FILE);
    try {
      MessageDigest digest = sha256();
      try (OutputStream out = new DigestOutputStream(Files.newOutputStream(fresh), digest)) {
        content.transferTo(out);
      }
      String hash = HexFormat.of().formatHex(digest.digest());
      Files.createDirectories(file(hash).getParent(), FOLDER);
      Files.move(fresh, file(hash), StandardCopyOption.ATOMIC_MOVE);
      return hash;
    } catch (FileAlreadyExistsException e) {
      throw new IOException("an atomic move replaces what is there", e);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /**
   * Puts a content into a file.
   *
   * @throws IOException also when the content is not there, or is not what its hash says
   */
  void fetch(String hash, Path target) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file(hash)), digest)) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(hash)) {
      throw new IOException("object " + hash + " was changed");
    }
  }

  /** The hash of what a file holds. */
  static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private Path file(String hash) {
    return objects.resolve(hash.substring(0, 2)).resolve(hash);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
