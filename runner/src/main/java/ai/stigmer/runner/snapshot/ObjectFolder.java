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
import java.nio.file.attribute.BasicFileAttributes;
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
import java.util.Optional;
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

  ObjectFolder(Path root) {
    this.root = root;
    this.unfinished = root.resolve("unfinished");
  }

  /** Makes the folder when it is not there. */
  @Override
  public void prepare() throws IOException {
    Files.createDirectories(root, FOLDER);
    Files.createDirectories(root.resolve(Room.OBJECTS.path()), FOLDER);
    Files.createDirectories(unfinished, FOLDER);
  }

  /** Whether it is there, and young from now on. */
  private boolean isRenewed(String hash) throws IOException {
    Path file = file(hash, Room.OBJECTS);
    try {
      if (time(file).isBefore(CLOCK.instant().minus(RENEWED))) {
        Files.setLastModifiedTime(file, FileTime.from(now()));
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
  public void fetch(String hash, Room room, Path target) throws IOException {
    MessageDigest digest = ObjectStore.sha256();
    try (InputStream in = new DigestInputStream(open(hash, room), digest)) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(hash)) {
      throw new LostContentException("object " + hash + " of " + root + " was changed");
    }
  }

  /** A folder that is not mounted has no objects either, and does not pass for one that answers. */
  private InputStream open(String hash, Room room) throws IOException {
    try {
      return Files.newInputStream(file(hash, room));
    } catch (NoSuchFileException e) {
      requireThere();
      throw new LostContentException("object " + hash + " is not in " + root);
    }
  }

  private void requireThere() throws IOException {
    var _ = Files.readAttributes(unfinished, BasicFileAttributes.class);
  }

  @Override
  public void check() throws IOException {
    var _ = now();
  }

  /** Of a file system that others see, too, it is not this machine's. */
  @Override
  public Instant now() throws IOException {
    Path fresh = Files.createTempFile(unfinished, "check", "", FILE);
    Instant now = time(fresh);
    Files.delete(fresh);
    return now;
  }

  @Override
  public void mark(String journal) throws IOException {
    Path mark = file(ObjectStore.hash(journal), Room.JOURNALS);
    Files.createDirectories(mark.getParent(), FOLDER);
    Files.move(
        Files.createTempFile(unfinished, "mark", "", FILE), mark, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void list(Room room, Consumer<Stored> each) throws IOException {
    Path folder = root.resolve(room.path());
    if (!Files.exists(folder)) {
      requireThere();
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
  public Optional<Instant> since(String hash, Room room) throws IOException {
    try {
      return Optional.of(time(file(hash, room)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void move(String hash, Room to) throws IOException {
    Path file = file(hash, to.other());
    Path target = file(hash, to);
    try {
      // Before it is moved: its time is never that of its old room.
      Files.setLastModifiedTime(file, FileTime.from(now()));
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

  @Override
  public void removeUnfinished(Instant since) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(unfinished)) {
      files = listed.toList();
    }
    for (Path file : files) {
      try {
        if (time(file).isBefore(since)) {
          Files.delete(file);
        }
      } catch (NoSuchFileException e) {
        // It was finished.
      }
    }
  }

  private Path file(String hash, Room room) {
    return root.resolve(room.name(hash));
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
