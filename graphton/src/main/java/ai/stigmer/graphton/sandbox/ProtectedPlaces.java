package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.workspace.ProtectedNames;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What of a workspace is protected, as it stands before a command.
 *
 * @param git folders of git, also those of nested projects
 * @param readOnly files and folders that other programs obey, and files that point to a folder of
 *     git elsewhere
 * @param hidden files that hold secrets
 * @param missing protected names of the workspace's own folder, and files of ours in it, that are
 *     not there
 */
record ProtectedPlaces(List<Path> git, List<Path> readOnly, List<Path> hidden, List<Path> missing) {

  /** How deep nested projects and their secrets are looked for. */
  private static final int DEPTH = 4;

  /** How deep files are looked for that the user names. */
  private static final int NAMED_DEPTH = 64;

  private static final int MOST_VISITED = 20_000;

  private static final Set<String> PASSED_OVER = Set.of("node_modules", "target", "build", "dist");

  /**
   * Looks.
   *
   * @param own files and folders of ours, perhaps in the workspace
   * @param unreadable whether the file of a path below the root is hidden too
   * @throws IOException when one of them is a link: nothing can be put in its place
   */
  static ProtectedPlaces of(Path root, List<Path> own, Predicate<String> unreadable)
      throws IOException {
    var missing = new ArrayList<Path>();
    var readOnly = new ArrayList<Path>();
    for (String name : ProtectedNames.obeyed()) {
      Path place = root.resolve(name);
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        readOnly.add(noLink(root, place));
      } else {
        missing.add(place);
      }
    }
    Path git = root.resolve(ProtectedNames.GIT);
    if (!Files.exists(git, LinkOption.NOFOLLOW_LINKS)) {
      missing.add(git);
    }
    own.stream()
        .filter(place -> place.startsWith(root) && !Files.exists(place))
        .filter(place -> own.stream().noneMatch(other -> isBelow(place, other)))
        .forEach(missing::add);
    var search = new Search(root, readOnly, unreadable);
    int depth = unreadable.equals(SandboxPolicy.NOTHING) ? DEPTH : NAMED_DEPTH;
    Files.walkFileTree(root, EnumSet.noneOf(java.nio.file.FileVisitOption.class), depth, search);
    if (search.link != null) {
      noLink(root, search.link);
    }
    return new ProtectedPlaces(
        List.copyOf(search.git),
        List.copyOf(readOnly),
        List.copyOf(search.hidden),
        List.copyOf(missing));
  }

  /** Whether a place lies in a folder that is there. */
  static boolean isBelow(Path place, Path folder) {
    return !place.equals(folder) && place.startsWith(folder) && Files.exists(folder);
  }

  private static Path noLink(Path root, Path place) throws IOException {
    if (Files.isSymbolicLink(place)) {
      throw new IOException(
          "\""
              + root.relativize(place)
              + "\" is protected and is a link, which a sandbox cannot protect");
    }
    return place;
  }

  private static final class Search extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Path> readOnly;
    private final Predicate<String> unreadable;
    private final List<Path> git = new ArrayList<>();
    private final List<Path> hidden = new ArrayList<>();
    private @org.jspecify.annotations.Nullable Path link;
    private int visited;

    Search(Path root, List<Path> readOnly, Predicate<String> unreadable) {
      this.unreadable = unreadable;
      this.root = root;
      this.readOnly = readOnly;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      String name = folder.getFileName() + "";
      if (folder.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      if (ProtectedNames.isGit(name)) {
        git.add(folder);
        return FileVisitResult.SKIP_SUBTREE;
      }
      return PASSED_OVER.contains(name) || ++visited > MOST_VISITED
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      visited++;
      String name = file.getFileName() + "";
      boolean isGit = ProtectedNames.isGit(name);
      if (attributes.isSymbolicLink() && (isGit || ProtectedNames.isHidden(name))) {
        link = file;
      } else if (attributes.isDirectory() && isGit) {
        git.add(file);
      } else if (isGit) {
        readOnly.add(file);
      } else if (attributes.isRegularFile()
          && (ProtectedNames.isHidden(name) || unreadable.test(shown(file)))) {
        hidden.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    private String shown(Path file) {
      return root.relativize(file).toString().replace('\\', '/');
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path folder, @org.jspecify.annotations.Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }
}
