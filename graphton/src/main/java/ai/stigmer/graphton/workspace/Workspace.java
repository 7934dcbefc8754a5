package ai.stigmer.graphton.workspace;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * One folder, and the only way to the files beneath it.
 *
 * <p>A path is resolved to its real place, which must lie beneath the root; links within the
 * workspace work, links out of it are refused. Files are then opened and replaced folder by folder
 * without following links, so that a link which another process puts in the way after the check is
 * refused too. What remains: such a process could have an empty folder made elsewhere, and what it
 * moves into the workspace is in the workspace.
 *
 * <p>Thread contract: immutable.
 */
public final class Workspace {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:[\\\\/].*");

  private final Path root;
  private final Path given;
  private final List<Path> kept;
  private final Predicate<String> hidden;

  private Workspace(Path root, Path given, List<Path> kept, Predicate<String> hidden) {
    this.root = root;
    this.given = given;
    this.kept = kept;
    this.hidden = hidden;
  }

  /**
   * The same workspace in which nothing within {@code folder} is written, whichever way a path
   * leads there. What {@link ProtectedNames} names is never written either.
   */
  public Workspace keeping(Path folder) throws IOException {
    var more = new ArrayList<>(kept);
    more.add(real(folder.toAbsolutePath().normalize()));
    return new Workspace(root, given, List.copyOf(more), hidden);
  }

  /**
   * The same workspace in which some files are not read, whichever tool tries.
   *
   * @param files whether the file of a path as {@link #show} gives it is one of them
   */
  public Workspace hiding(Predicate<String> files) {
    return new Workspace(root, given, kept, hidden.or(files));
  }

  /**
   * Opens a folder.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E130} when it is not there, not a
   *     folder or not readable
   */
  public static Workspace open(Path folder) {
    if (!Files.exists(folder)) {
      throw unusable(folder, "is not there");
    }
    if (!Files.isDirectory(folder)) {
      throw unusable(folder, "is not a folder");
    }
    if (!Files.isReadable(folder)) {
      throw unusable(folder, "cannot be read");
    }
    try {
      return new Workspace(
          folder.toRealPath(), folder.toAbsolutePath().normalize(), List.of(), path -> false);
    } catch (IOException e) {
      throw unusable(folder, "cannot be read");
    }
  }

  /** The folder itself, without links. */
  public Path root() {
    return root;
  }

  /**
   * The real place of a path, which may not exist yet. A leading slash means the workspace's root,
   * unless the path begins with the root's own.
   *
   * @throws IOException when the path leaves the workspace or cannot be resolved; the message is
   *     meant for the model
   */
  public Path resolve(String text) throws IOException {
    if (CONTROL.matcher(text).find()) {
      throw new IOException("a path must not hold control characters");
    }
    String stripped = text.strip();
    if (stripped.startsWith("~") || DRIVE.matcher(stripped).matches()) {
      throw new IOException(
          "\"" + text + "\" is not a path of the workspace; write it relative to the workspace");
    }
    try {
      Path path = root.resolve(relative(stripped)).normalize();
      Path real = path.startsWith(root) ? real(path) : path;
      if (real.startsWith(root)) {
        return real;
      }
    } catch (InvalidPathException e) {
      throw new IOException("\"" + text + "\" is not a path", e);
    } catch (FileSystemException e) {
      throw new IOException("\"" + text + "\" cannot be resolved: " + reason(e), e);
    }
    throw new IOException("\"" + text + "\" is outside the workspace");
  }

  /** The place that a path names when links are not followed; empty when it is not beneath. */
  public Optional<Path> lexical(String text) {
    try {
      Path path = root.resolve(relative(text.strip())).normalize();
      return path.startsWith(root) ? Optional.of(path) : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** How a path is shown: relative, with slashes; the root is {@code .}. */
  public String show(Path path) {
    String shown = root.relativize(path).toString().replace('\\', '/');
    return shown.isEmpty() ? "." : shown;
  }

  /**
   * What lies in a folder, in no order.
   *
   * @param folder from {@link #resolve}
   * @throws IOException when it is not there, no folder, or cannot be read
   */
  public List<Path> children(Path folder) throws IOException {
    try (OpenFolder open = OpenFolder.beneath(root, folder, OpenFolder.Missing.FAIL)) {
      return open.children();
    }
  }

  /**
   * Opens a regular file for reading.
   *
   * @param file from {@link #resolve}
   * @throws NoSuchFileException when it is not there
   * @throws IOException when it is something else than a regular file, holds secrets by its name,
   *     or cannot be read
   */
  public InputStream read(Path file) throws IOException {
    requireVisible(file);
    if (hidden.test(show(file))) {
      throw new IOException("\"" + show(file) + "\" is not to be read, by the user's rules");
    }
    try (OpenFolder folder = OpenFolder.beneath(root, parent(file), OpenFolder.Missing.FAIL)) {
      Path name = name(file);
      if (!folder.attributes(name).isRegularFile()) {
        throw new IOException("\"" + show(file) + "\" is not a file");
      }
      return Channels.newInputStream(folder.file(name, StandardOpenOption.READ));
    }
  }

  /**
   * Creates a file or replaces its content in one step; its folders are made. The content is on the
   * disk when this returns. A file keeps its permissions. What a killed attempt leaves beside the
   * file is overwritten by the next one, because its name comes from the file's.
   *
   * @param file from {@link #resolve}
   * @throws IOException when it is a folder or something else than a regular file, is protected, or
   *     cannot be written
   */
  public void replace(Path file, byte[] content) throws IOException {
    requireWritable(file);
    try {
      write(file, content);
    } catch (FileSystemException e) {
      throw new IOException("\"" + show(file) + "\" cannot be written: " + reason(e), e);
    }
    flush(parent(file));
  }

  /**
   * The permissions of a file, as {@code rw-r--r--}; empty where the system has none.
   *
   * @param file from {@link #resolve}
   * @throws IOException when it is something else than a regular file, or cannot be looked at
   */
  public String mode(Path file) throws IOException {
    try (OpenFolder folder = OpenFolder.beneath(root, parent(file), OpenFolder.Missing.FAIL)) {
      Set<PosixFilePermission> permissions = permissions(folder, name(file), file);
      return permissions.isEmpty() ? "" : PosixFilePermissions.toString(permissions);
    }
  }

  /**
   * Gives a file the permissions that {@link #mode} gave.
   *
   * @throws IOException when it is protected, or they cannot be set
   */
  public void setMode(Path file, String mode) throws IOException {
    requireWritable(file);
    if (mode.isEmpty()) {
      return;
    }
    try (OpenFolder folder = OpenFolder.beneath(root, parent(file), OpenFolder.Missing.FAIL)) {
      folder.permit(name(file), PosixFilePermissions.fromString(mode));
    }
  }

  /**
   * Removes a regular file.
   *
   * @param file from {@link #resolve}
   * @throws IOException when it is something else, is protected, or cannot be removed
   */
  public void remove(Path file) throws IOException {
    requireWritable(file);
    try (OpenFolder folder = OpenFolder.beneath(root, parent(file), OpenFolder.Missing.FAIL)) {
      if (!folder.attributes(name(file)).isRegularFile()) {
        throw new IOException("\"" + show(file) + "\" is not a file");
      }
      folder.delete(name(file));
    }
    flush(parent(file));
  }

  /**
   * Checks that a file may be changed, or made.
   *
   * @param file from {@link #resolve}
   * @throws IOException when it is protected, or the user has no right to write it
   */
  public void requireWritable(Path file) throws IOException {
    Path below = root.relativize(file);
    for (Path part : below) {
      if (ProtectedNames.isGit(part.toString())) {
        throw new IOException(
            "\"" + show(file) + "\" belongs to git; such files are changed by git commands only");
      }
    }
    if (ProtectedNames.isObeyed(below.getName(0).toString())) {
      throw new IOException(
          "\"" + show(file) + "\" is protected: other programs of the user run or obey it");
    }
    if (Files.exists(file)) {
      requireVisible(file);
    }
    if (kept.stream().anyMatch(file::startsWith)) {
      throw new IOException("\"" + show(file) + "\" belongs to stigmer and is not written");
    }
    // A rename needs no right to the file itself, so the right is asked for here.
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new IOException("\"" + show(file) + "\" is write-protected");
    }
  }

  /**
   * Checks that a file may be read.
   *
   * @param file from {@link #resolve}
   * @throws IOException when it holds secrets by its name
   */
  public void requireVisible(Path file) throws IOException {
    if (ProtectedNames.isHidden(name(file).toString())) {
      throw new IOException("\"" + show(file) + "\" is protected: it holds secrets");
    }
  }

  private void write(Path file, byte[] content) throws IOException {
    try (OpenFolder folder = OpenFolder.beneath(root, parent(file), OpenFolder.Missing.MAKE)) {
      Path name = name(file);
      Path fresh = name.resolveSibling(".stigmer-" + Integer.toHexString(name.hashCode()) + ".tmp");
      Set<PosixFilePermission> permissions = permissions(folder, name, file);
      folder.delete(fresh);
      try {
        write(folder, fresh, content);
        if (!permissions.isEmpty()) {
          folder.own(fresh, name);
          folder.permit(fresh, permissions);
        }
        folder.rename(fresh, name);
      } finally {
        folder.delete(fresh);
      }
    }
  }

  private Set<PosixFilePermission> permissions(OpenFolder folder, Path name, Path file)
      throws IOException {
    try {
      if (!folder.attributes(name).isRegularFile()) {
        throw new IOException("\"" + show(file) + "\" is not a file");
      }
      Set<PosixFilePermission> permissions = folder.permissions(name);
      return permissions == null ? Set.of() : permissions;
    } catch (NoSuchFileException e) {
      return Set.of();
    }
  }

  private static void write(OpenFolder folder, Path name, byte[] content) throws IOException {
    try (SeekableByteChannel channel =
        folder.file(name, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      if (channel instanceof FileChannel file) {
        file.force(true);
      }
    }
  }

  /** Makes a rename durable; not every system lets a folder be opened for that. */
  private static void flush(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      return;
    }
  }

  /** The part below the root of what may be written with a slash or with the root in front. */
  private String relative(String text) {
    for (Path start : new Path[] {root, given}) {
      if (text.equals(start.toString())) {
        return "";
      }
      if (start.getNameCount() > 0 && text.startsWith(start + "/")) {
        return text.substring(start.toString().length() + 1);
      }
    }
    int slashes = 0;
    while (slashes < text.length() && text.charAt(slashes) == '/') {
      slashes++;
    }
    return text.substring(slashes);
  }

  private static Path real(Path path) throws IOException {
    if (Files.isSymbolicLink(path) || Files.exists(path)) {
      return path.toRealPath();
    }
    return real(parent(path)).resolve(name(path));
  }

  private static Path parent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IOException("the workspace itself is not a file");
    }
    return parent;
  }

  private static Path name(Path path) throws IOException {
    Path name = path.getFileName();
    if (name == null) {
      throw new IOException("the workspace itself is not a file");
    }
    return name;
  }

  private static String reason(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> "it is a link to nowhere";
      case NotDirectoryException _ -> "a folder on the way is a file";
      case AccessDeniedException _ -> "permission denied";
      default -> e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    };
  }

  private static RuntimeException unusable(Path folder, String what) {
    return Problem.of(
            "E130", Problem.Category.CONFIGURATION, "the workspace " + folder + " " + what)
        .help("stigmer run --workspace DIR names another folder")
        .asException();
  }
}
