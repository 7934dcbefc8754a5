package ai.stigmer.graphton.workspace;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * One folder; every path is resolved beneath it, and a link that leads out of it is refused.
 *
 * <p>The check is made when a path is resolved: it guards against a model's mistakes, not against
 * another process that swaps links at the same moment.
 */
public final class Workspace {
  private final Path root;

  private Workspace(Path root) {
    this.root = root;
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
      return new Workspace(folder.toRealPath());
    } catch (IOException e) {
      throw unusable(folder, "cannot be read");
    }
  }

  /** The folder itself, without links. */
  public Path root() {
    return root;
  }

  /**
   * The real place of a path, which may not exist yet. A leading slash means the workspace's root.
   *
   * @throws IOException when the path leaves the workspace or cannot be resolved
   */
  public Path resolve(String text) throws IOException {
    String relative = text.strip();
    while (relative.startsWith("/")) {
      relative = relative.substring(1);
    }
    Path path;
    try {
      path = root.resolve(relative).normalize();
    } catch (InvalidPathException e) {
      throw new IOException("\"" + text + "\" is not a path", e);
    }
    if (!path.startsWith(root) || !real(path).startsWith(root)) {
      throw new IOException("\"" + text + "\" is outside the workspace");
    }
    return path;
  }

  /** How a path is shown: relative, with slashes. */
  public String show(Path path) {
    return root.relativize(path).toString().replace('\\', '/');
  }

  private static Path real(Path path) throws IOException {
    if (Files.isSymbolicLink(path) || Files.exists(path)) {
      return path.toRealPath();
    }
    Path parent = path.getParent();
    return parent == null ? path : real(parent).resolve(path.getFileName());
  }

  private static RuntimeException unusable(Path folder, String what) {
    return Problem.of(
            "E130", Problem.Category.CONFIGURATION, "the workspace " + folder + " " + what)
        .help("--workspace DIR names another folder")
        .asException();
  }
}
