package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.workspace.ProtectedNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/*
 * A mount can only cover what is there. What a command makes under a protected name is therefore looked at when all of
 * its processes are gone, and before the model hears of its end.
 */
/**
 * Takes away what a command has put under a protected name, and makes harmless what it has made of
 * a new folder of git: hooks and settings would be run by the user's own git.
 */
final class Cleanup {

  /** What a fresh folder of git says by itself, and who commits. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "\\s*(\\[(core|user)]"
              + "|(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase"
              + "|precomposeunicode|symlinks)\\s*=\\s*(true|false|[0-9])"
              + "|(name|email)\\s*=[^\\\\]*)?\\s*");

  private static final String FRESH_SETTINGS =
      """
      [core]
      \trepositoryformatversion = 0
      \tfilemode = true
      \tbare = false
      \tlogallrefupdates = true
      """;

  private static final int MOST_SETTINGS = 16_384;

  private final Path root;
  private final List<String> done = new ArrayList<>();

  private Cleanup(Path root) {
    this.root = root;
  }

  /**
   * Looks at what was not there before.
   *
   * @param before how things stood
   * @return what was put right, a line each
   */
  static List<String> of(Path root, ProtectedPlaces before) throws IOException {
    Cleanup cleanup = new Cleanup(root);
    for (Path git : before.git()) {
      cleanup.withoutRedirection(git);
    }
    for (Path place : before.missing()) {
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        cleanup.appeared(place);
      }
    }
    return cleanup.done;
  }

  /** A folder of git can name another one, whose settings and hooks then count. */
  private void withoutRedirection(Path git) throws IOException {
    Path common = git.resolve("commondir");
    if (Files.exists(common, LinkOption.NOFOLLOW_LINKS)) {
      remove(common);
    }
  }

  private void appeared(Path place) throws IOException {
    boolean git = ProtectedNames.isGit(place.getFileName() + "");
    if (git && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      made(place);
    } else {
      remove(place);
    }
  }

  private void made(Path git) throws IOException {
    withoutRedirection(git);
    for (String name : List.of("modules", "worktrees", "config.worktree")) {
      Path place = git.resolve(name);
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        remove(place);
      }
    }
    hooks(git.resolve("hooks"));
    Path config = git.resolve("config");
    if (Files.exists(config, LinkOption.NOFOLLOW_LINKS) && !isPlain(config)) {
      remove(config);
      Files.writeString(config, FRESH_SETTINGS);
    }
  }

  private void hooks(Path hooks) throws IOException {
    if (Files.isSymbolicLink(hooks) || Files.isRegularFile(hooks)) {
      remove(hooks);
    } else if (Files.isDirectory(hooks)) {
      List<Path> all;
      try (Stream<Path> children = Files.list(hooks)) {
        all = children.filter(hook -> !hook.toString().endsWith(".sample")).toList();
      }
      for (Path hook : all) {
        remove(hook);
      }
    }
  }

  private static boolean isPlain(Path config) throws IOException {
    if (!Files.isRegularFile(config, LinkOption.NOFOLLOW_LINKS)
        || Files.size(config) > MOST_SETTINGS) {
      return false;
    }
    String text = Files.readString(config, StandardCharsets.ISO_8859_1);
    return text.lines().allMatch(line -> PLAIN.matcher(line).matches());
  }

  private void remove(Path place) throws IOException {
    Files.walkFileTree(
        place,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path folder, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
    done.add(
        "removed \""
            + root.relativize(place)
            + "\": commands may not make what other programs run");
  }
}
