package ai.stigmer.runner.snapshot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Contents in a folder that only its owner may read, a file each. */
final class ObjectFolder implements ObjectStore {
  private static final FileAttribute<?> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final InstantSource CLOCK = InstantSource.system();

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

  /** Whether it is there, and young from now on. */
  private boolean isRenewed(String hash) throws IOException {
    Path file = file(hash, Room.OBJECTS);
    Instant now = CLOCK.instant();
    try {
      if (time(file).isBefore(now.minus(RENEWED))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static Instant time(Path file) throws IOException {
    return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
  }

  @Override
  public String keep(Path source) throws IOException {
    String hash = ObjectStore.hash(source);
    if (isRenewed(hash)) {
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
      Path target = file(hash, Room.OBJECTS);
      Files.createDirectories(target.getParent(), FOLDER);
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
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
    try (InputStream in = new DigestInputStream(open(hash), digest)) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(hash)) {
      throw new LostContentException("object " + hash + " of " + root + " was changed");
    }
  }

  /** A folder that is not mounted has no objects either, and does not pass for one that answers. */
  private InputStream open(String hash) throws IOException {
    try {
      return Files.newInputStream(file(hash, Room.OBJECTS));
    } catch (NoSuchFileException e) {
      check();
      throw new LostContentException("object " + hash + " is not in " + root);
    }
  }

  @Override
  public void check() throws IOException {
    Files.delete(Files.createTempFile(unfinished, "check", "", FILE));
  }

  @Override
  public void list(Room room, Consumer<Stored> each) throws IOException {
    Path folder = root.resolve(room.path());
    if (!Files.exists(folder)) {
      check();
      return;
    }
    try (Stream<Path> shelves = Files.list(folder)) {
      for (Path shelf : shelves.toList()) {
        listShelf(shelf, each);
      }
    }
  }

  private static void listShelf(Path shelf, Consumer<Stored> each) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(shelf)) {
      files = listed.filter(file -> Stored.isHash(name(file))).toList();
    }
    for (Path file : files) {
      try {
        each.accept(new Stored(name(file), time(file), Files.size(file)));
      } catch (NoSuchFileException e) {
        // Somebody else moved it.
      }
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  @Override
  public void move(String hash, Room to) throws IOException {
    Path file = file(hash, to.other());
    Path target = file(hash, to);
    try {
      // Before it is moved: its time is never that of its old room.
      Files.setLastModifiedTime(file, FileTime.from(CLOCK.instant()));
      Files.createDirectories(target.getParent(), FOLDER);
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // It does not lie there, or somebody else was faster.
    }
  }

  @Override
  public void remove(String hash) throws IOException {
    Files.deleteIfExists(file(hash, Room.ASIDE));
  }

  private Path file(String hash, Room room) {
    return root.resolve(room.name(hash));
  }
}
