package ai.stigmer.graphton.workspace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder that was reached from the workspace's root step by step, without following a link. What
 * is done with it is done with that very folder, whatever another process has put in its place
 * since. Where the system has no such handles (not on Linux or macOS), the path is used as it is.
 */
final class OpenFolder implements AutoCloseable {

  /** What to do about a folder that is not there. */
  enum Missing {
    FAIL,
    MAKE
  }

  private final Path path;
  private final DirectoryStream<Path> stream;

  private OpenFolder(Path path, DirectoryStream<Path> stream) {
    this.path = path;
    this.stream = stream;
  }

  /**
   * Opens a folder.
   *
   * @param folder beneath {@code root}, or the root itself
   * @throws IOException when it is not there, no folder, or a link stands on the way
   */
  @SuppressWarnings("StreamResourceLeak") // The folder closes its stream.
  static OpenFolder beneath(Path root, Path folder, Missing missing) throws IOException {
    OpenFolder at = new OpenFolder(root, Files.newDirectoryStream(root));
    for (Path name : root.relativize(folder)) {
      if (!name.toString().isEmpty()) {
        try (OpenFolder parent = at) {
          at = parent.child(name, missing);
        }
      }
    }
    return at;
  }

  private OpenFolder child(Path name, Missing missing) throws IOException {
    try {
      return child(name);
    } catch (NoSuchFileException e) {
      if (missing == Missing.FAIL) {
        throw e;
      }
      make(path.resolve(name));
      return child(name);
    }
  }

  @SuppressWarnings("StreamResourceLeak") // The folder closes its stream.
  private OpenFolder child(Path name) throws IOException {
    SecureDirectoryStream<Path> secure = secure();
    Path below = path.resolve(name);
    return new OpenFolder(
        below,
        secure == null
            ? Files.newDirectoryStream(below)
            : secure.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
  }

  private static void make(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // Somebody else made it; opening it tells whether it is a folder.
    }
  }

  /** What lies in it, each by its path; can be asked for once. */
  List<Path> children() throws IOException {
    var children = new ArrayList<Path>();
    try {
      stream.forEach(child -> children.add(path.resolve(child.getFileName())));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return children;
  }

  /** The attributes of what has this name; of a link, its own. */
  BasicFileAttributes attributes(Path name) throws IOException {
    SecureDirectoryStream<Path> secure = secure();
    return secure == null
        ? Files.readAttributes(
            path.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        : secure
            .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
  }

  /** Opens a file of this folder; a link is refused. */
  SeekableByteChannel file(Path name, OpenOption... how) throws IOException {
    var options = new HashSet<OpenOption>(Set.of(how));
    options.add(LinkOption.NOFOLLOW_LINKS);
    SecureDirectoryStream<Path> secure = secure();
    return secure == null
        ? Files.newByteChannel(path.resolve(name), options)
        : secure.newByteChannel(name, options);
  }

  void delete(Path name) throws IOException {
    SecureDirectoryStream<Path> secure = secure();
    try {
      if (secure == null) {
        Files.delete(path.resolve(name));
      } else {
        secure.deleteFile(name);
      }
    } catch (NoSuchFileException e) {
      // It is gone, which is what was wanted.
    }
  }

  /** Renames a file within this folder in one step; what had the new name is gone. */
  void rename(Path from, Path to) throws IOException {
    SecureDirectoryStream<Path> secure = secure();
    if (secure == null) {
      Files.move(
          path.resolve(from),
          path.resolve(to),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } else {
      secure.move(from, secure, to);
    }
  }

  /** The permissions of a file, or null where the file system has none. */
  @Nullable Set<PosixFilePermission> permissions(Path name) throws IOException {
    PosixFileAttributeView view = posix(name);
    try {
      return view == null ? null : view.readAttributes().permissions();
    } catch (UnsupportedOperationException e) {
      return null;
    }
  }

  /** Gives a file owner and group of another, as far as this process may. */
  void own(Path name, Path as) throws IOException {
    PosixFileAttributeView from = posix(as);
    PosixFileAttributeView to = posix(name);
    if (from == null || to == null) {
      return;
    }
    try {
      PosixFileAttributes wanted = from.readAttributes();
      PosixFileAttributes found = to.readAttributes();
      if (!found.group().equals(wanted.group())) {
        to.setGroup(wanted.group());
      }
      if (!found.owner().equals(wanted.owner())) {
        to.setOwner(wanted.owner());
      }
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Only root may give a file away.
    }
  }

  void permit(Path name, Set<PosixFilePermission> permissions) throws IOException {
    PosixFileAttributeView view = posix(name);
    if (view != null) {
      view.setPermissions(permissions);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      stream.close();
    } catch (DirectoryIteratorException | UncheckedIOException e) {
      throw new IOException(e);
    }
  }

  private @Nullable PosixFileAttributeView posix(Path name) {
    SecureDirectoryStream<Path> secure = secure();
    return secure == null
        ? Files.getFileAttributeView(
            path.resolve(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        : secure.getFileAttributeView(
            name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private @Nullable SecureDirectoryStream<Path> secure() {
    return stream instanceof SecureDirectoryStream<Path> secure ? secure : null;
  }
}
