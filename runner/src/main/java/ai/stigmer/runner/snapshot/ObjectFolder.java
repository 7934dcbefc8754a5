package ai.stigmer.runner.snapshot;

import java.io.ByteArrayInputStream;
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
import java.util.HexFormat;

/** Contents in a folder that only its owner may read, a file each. */
final class ObjectFolder implements ObjectStore {
  private static final FileAttribute<?> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path root;
  private final Path unfinished;

  /** Makes the folder when it is not there. */
  static ObjectFolder in(Path root) throws IOException {
    Path folder = Files.createDirectories(root, FOLDER);
    var store = new ObjectFolder(folder, folder.resolve("unfinished"));
    Files.createDirectories(folder.resolve("objects"), FOLDER);
    Files.createDirectories(store.unfinished, FOLDER);
    return store;
  }

  private ObjectFolder(Path root, Path unfinished) {
    this.root = root;
    this.unfinished = unfinished;
  }

  private boolean has(String hash) {
    return Files.exists(file(hash), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public String keep(Path source) throws IOException {
    String hash = ObjectStore.hash(source);
    if (has(hash)) {
      return hash;
    }
    try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS)) {
      return keep(in);
    }
  }

  @Override
  public String keep(byte[] content) throws IOException {
    return keep(new ByteArrayInputStream(content));
  }

  private String keep(InputStream content) throws IOException {
    Path fresh = Files.createTempFile(unfinished, "object", "", FILE);
    try {
      MessageDigest digest = ObjectStore.sha256();
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

  @Override
  public void fetch(String hash, Path target) throws IOException {
    MessageDigest digest = ObjectStore.sha256();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file(hash)), digest)) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(hash)) {
      throw new IOException("object " + hash + " was changed");
    }
  }

  @Override
  public void check() throws IOException {
    Files.delete(Files.createTempFile(unfinished, "check", "", FILE));
  }

  private Path file(String hash) {
    return root.resolve(ObjectStore.name(hash));
  }
}
