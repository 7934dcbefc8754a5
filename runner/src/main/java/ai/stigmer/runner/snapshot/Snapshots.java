package ai.stigmer.runner.snapshot;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.snapshot.Manifest.File;
import ai.stigmer.runner.snapshot.Manifest.Folder;
import ai.stigmer.runner.snapshot.Manifest.Item;
import ai.stigmer.runner.snapshot.Manifest.Link;
import ai.stigmer.runner.snapshot.ObjectStore.Room;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Keeps what a folder holds, and puts it back: files with their rights, folders, links. Contents
 * that the store has are not copied to it again, and files that are as they should be are left
 * alone. Sockets, pipes and devices are left out.
 *
 * <p>Thread contract: thread-safe; one call at a time for a folder.
 */
public final class Snapshots {
  private static final LinkOption[] ITSELF = {LinkOption.NOFOLLOW_LINKS};
  private static final InstantSource CLOCK = InstantSource.system();
  private static final Set<PosixFilePermission> MINE = PosixFilePermissions.fromString("rwx------");

  private final ObjectStore objects;
  private final Limits limits;

  /** When each journal was marked last. */
  private final Map<String, Instant> marked = new ConcurrentHashMap<>();

  /**
   * What one snapshot may hold.
   *
   * @param bytes of all files together
   * @param items files, folders and links together
   */
  public record Limits(long bytes, int items) {
    public static final Limits DEFAULT = new Limits(4L << 30, 200_000);
  }

  private Snapshots(ObjectStore objects, Limits limits) {
    this.objects = objects;
    this.limits = limits;
  }

  /**
   * Snapshots in a folder that all machines see; made, for its owner only, when it is not there.
   *
   * @throws ProblemException {@code E594} when it cannot be used
   */
  public static Snapshots in(Path store, Limits limits) {
    return in(new ObjectFolder(store), limits);
  }

  /**
   * Snapshots in a bucket of S3, or of a store that speaks like it.
   *
   * @param env the environment, with the variables that every client of S3 reads
   * @throws ProblemException {@code E525} when it cannot be used
   */
  static Snapshots in(BucketAddress bucket, Map<String, String> env, Limits limits) {
    return in(ObjectBucket.at(bucket, env), limits);
  }

  private static Snapshots in(ObjectStore objects, Limits limits) {
    try {
      objects.prepare();
      return new Snapshots(objects, limits);
    } catch (IOException e) {
      throw failed("the store of workspaces cannot be used", objects, e);
    }
  }

  /**
   * Snapshots in a configured store.
   *
   * @param store an absolute path, a {@code file:} URL, or {@code s3://bucket/prefix}
   * @param env the environment; variables of S3's clients count for a bucket
   * @throws ProblemException {@code E594}, of a bucket {@code E525} or {@code E526}, when it is
   *     none of these, or cannot be used
   */
  static Snapshots of(String store, Map<String, String> env) {
    return in(store(store, env), Limits.DEFAULT);
  }

  /** A configured store that nothing is asked of yet; as {@link #of}. */
  static ObjectStore store(String store, Map<String, String> env) {
    if (BucketAddress.isMeant(store)) {
      return ObjectBucket.at(BucketAddress.of(store, env), env);
    }
    Path folder = store.startsWith("file:") ? ofUrl(store) : Path.of(store);
    if (!folder.isAbsolute()) {
      throw notOne(store);
    }
    return new ObjectFolder(folder);
  }

  private static Path ofUrl(String url) {
    try {
      return Path.of(URI.create(url));
    } catch (IllegalArgumentException e) {
      throw notOne(url);
    }
  }

  private static ProblemException notOne(String store) {
    return Problem.of(
            "E594", Category.CONFIGURATION, "workspace.store is not a folder: \"" + store + '"')
        .help("name a folder that all machines see: workspace.store = \"/mnt/stigmer\"")
        .asException();
  }

  ObjectStore objects() {
    return objects;
  }

  /**
   * Looks whether the store can be used now.
   *
   * @throws ProblemException {@code E594} or {@code E525} when it cannot
   */
  void check() {
    try {
      objects.check();
    } catch (IOException e) {
      throw away(e);
    }
  }

  static ProblemException away(IOException e) {
    return new ProblemException(
        Problem.of("E594", Category.STORE, "the store of workspaces is away")
            .from(e.toString())
            .help("what needs it waits; see that it is there again: workspace.store"),
        e);
  }

  /**
   * Marks that the runs of a journal have workspaces here, unless that was done within a day.
   *
   * @throws ProblemException {@code E594} or {@code E525} when the store cannot be used
   */
  void mark(String journal) {
    Instant now = CLOCK.instant();
    if (marked.getOrDefault(journal, Instant.MIN).isBefore(now.minus(ObjectStore.RENEWED))) {
      try {
        objects.mark(journal);
      } catch (IOException e) {
        throw away(e);
      }
      marked.put(journal, now);
    }
  }

  /**
   * Keeps what a folder holds now.
   *
   * @return the id of the snapshot, the same for the same content
   * @throws ProblemException {@code E594} or {@code E525} when folder or store cannot be used,
   *     {@code E595} when it holds too much
   */
  public String take(Path folder) {
    try {
      var items = new ArrayList<Item>();
      add(folder, folder, items, new long[1]);
      return objects.keep(new Manifest(items).bytes());
    } catch (IOException e) {
      throw failed("the workspace cannot be kept", folder, e);
    }
  }

  private void add(Path root, Path folder, List<Item> items, long[] bytes) throws IOException {
    List<Path> children;
    try (Stream<Path> listed = Files.list(folder)) {
      children = listed.sorted().toList();
    }
    for (Path child : children) {
      BasicFileAttributes found =
          Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String path = root.relativize(child).toString();
      if (found.isSymbolicLink()) {
        items.add(new Link(path, Files.readSymbolicLink(child).toString()));
      } else if (found.isDirectory()) {
        items.add(new Folder(path, mode(child)));
        add(root, child, items, bytes);
      } else if (found.isRegularFile()) {
        bytes[0] += found.size();
        requireRoom(root, items.size(), bytes[0]);
        items.add(new File(path, mode(child), found.size(), objects.keep(child)));
      }
      requireRoom(root, items.size(), bytes[0]);
    }
  }

  private void requireRoom(Path root, int items, long bytes) {
    if (items > limits.items() || bytes > limits.bytes()) {
      throw Problem.of(
              "E595",
              Category.LIMIT,
              "the workspace is too large to be kept: more than "
                  + (items > limits.items()
                      ? limits.items() + " files and folders"
                      : (limits.bytes() >> 20) + " MiB"))
          .from(root.toString())
          .help(
              "remove there what can be made again, for example build output",
              "nothing of the run is lost: go on with stigmer resume, or start its workflow again")
          .asException();
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, ITSELF));
  }

  /**
   * Makes a folder hold what a snapshot holds, and nothing else.
   *
   * @throws ProblemException {@code E594} or {@code E525} when folder or store cannot be used,
   *     {@code E527} when the store answers that it does not have all of the snapshot
   */
  public void restore(String id, Path folder) {
    try {
      Files.createDirectories(folder);
      Manifest manifest = list(id, this::fetch);
      var wanted = new HashMap<String, Item>();
      manifest.items().forEach(item -> wanted.put(item.path(), item));
      removeOthers(folder, wanted);
      for (Item item : manifest.items()) {
        put(folder.resolve(item.path()), item);
      }
      // The deepest first: a folder may forbid to look into it.
      for (Item item : manifest.items().reversed()) {
        if (item instanceof Folder(String path, String mode)) {
          Files.setPosixFilePermissions(
              folder.resolve(path), PosixFilePermissions.fromString(mode));
        }
      }
    } catch (LostContentException e) {
      throw lost("the kept workspace is lost, in whole or in part", e)
          .help(
              "put that back into workspace.store, for example from a backup; see that all machines"
                  + " have the same store there",
              "a database that was restored needs the store as it was then, or later: stigmer store"
                  + " prune has removed what its newer runs did not need",
              "nothing of the run is lost; then it goes on: stigmer resume RUN",
              "or go on without these files, in a run that begins with its conversation: stigmer"
                  + " fork RUN --at N")
          .asException();
    } catch (IOException | IllegalArgumentException e) {
      throw failed("the workspace cannot be restored", folder, e);
    }
  }

  /** What is wrong with a store that answers, and does not have what a snapshot names. */
  static Problem lost(String what, LostContentException e) {
    return Problem.of("E527", Category.STORE, what).from(String.valueOf(e.getMessage()));
  }

  /** Puts a content into a file. */
  @FunctionalInterface
  interface Fetching {
    void fetch(String hash, Path target) throws IOException;
  }

  /** What a snapshot is made of. */
  static Manifest list(String id, Fetching contents) throws IOException {
    Path list = Files.createTempFile("stigmer", "list");
    try {
      contents.fetch(id, list);
      return Manifest.parse(Files.readAllBytes(list));
    } finally {
      Files.deleteIfExists(list);
    }
  }

  /** A content that was set aside while somebody began to name it is brought back. */
  private void fetch(String hash, Path target) throws IOException {
    try {
      objects.fetch(hash, Room.OBJECTS, target);
    } catch (LostContentException e) {
      objects.move(hash, Room.OBJECTS);
      objects.fetch(hash, Room.OBJECTS, target);
    }
  }

  private void put(Path target, Item item) throws IOException {
    switch (item) {
      case Folder _ -> {
        if (!Files.isDirectory(target, ITSELF)) {
          Files.createDirectory(target);
        }
        Files.setPosixFilePermissions(target, MINE);
      }
      case Link(String _, String to) -> {
        if (!Files.exists(target, ITSELF)) {
          Files.createSymbolicLink(target, Path.of(to));
        }
      }
      case File file -> {
        if (!isThere(target, file)) {
          Path fresh = target.resolveSibling(".stigmer-restored");
          fetch(file.hash(), fresh);
          Files.move(
              fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(file.mode()));
      }
    }
  }

  private static boolean isThere(Path target, File file) throws IOException {
    return Files.isRegularFile(target, ITSELF)
        && Files.size(target) == file.size()
        && ObjectStore.hash(target).equals(file.hash());
  }

  /** Removes what a snapshot does not have, or has as something else. */
  private static void removeOthers(Path folder, Map<String, Item> wanted) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes found)
              throws IOException {
            if (!dir.equals(folder)) {
              Files.setPosixFilePermissions(dir, MINE);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes found)
              throws IOException {
            Item item = wanted.get(folder.relativize(file).toString());
            boolean stays =
                switch (item) {
                  case File _ -> found.isRegularFile();
                  case Link(String _, String to) ->
                      found.isSymbolicLink() && Files.readSymbolicLink(file).toString().equals(to);
                  case Folder _ -> false;
                  case null -> false;
                };
            if (!stays) {
              Files.delete(file);
            } else if (found.isRegularFile()) {
              Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path dir, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            if (!dir.equals(folder)
                && !(wanted.get(folder.relativize(dir).toString()) instanceof Folder)) {
              Files.delete(dir);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  static ProblemException failed(String what, Object place, Exception e) {
    return new ProblemException(
        Problem.of("E594", Category.STORE, what)
            .from(place.toString(), e.toString())
            .help("check workspace.store: it must be there on every machine, and writable"),
        e);
  }
}
