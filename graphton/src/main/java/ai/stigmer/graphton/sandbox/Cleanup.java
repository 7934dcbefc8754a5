package ai.stigmer.graphton.sandbox;

import ai.stigmer.graphton.workspace.ProtectedNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/*
 * A mount can only cover what is there. What a command makes under a protected name is therefore looked at when all of
 * its processes are gone, and before the model hears of its end.
 */
/**
 * Gives another name to what a command has put under a protected one, and makes harmless what it
 * has made of a new folder of git: hooks and settings would be run by the user's own git. Nothing
 * is deleted, because the user may have made it meanwhile.
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
      cleanup.appeared(place);
    }
    return cleanup.done;
  }

  /** A folder of git can name another one, whose settings and hooks then count. */
  private void withoutRedirection(Path git) throws IOException {
    setAside(git.resolve("commondir"));
  }

  private void appeared(Path place) throws IOException {
    boolean git = ProtectedNames.isGit(place.getFileName() + "");
    if (git && Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      made(place);
    } else {
      setAside(place);
    }
  }

  private void made(Path git) throws IOException {
    withoutRedirection(git);
    for (String name : List.of("modules", "worktrees", "config.worktree")) {
      setAside(git.resolve(name));
    }
    hooks(git.resolve("hooks"));
    Path config = git.resolve("config");
    if (Files.exists(config, LinkOption.NOFOLLOW_LINKS) && !isPlain(config)) {
      setAside(config);
      Files.writeString(config, FRESH_SETTINGS);
    }
  }

  private void hooks(Path hooks) throws IOException {
    if (Files.isDirectory(hooks, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> children = Files.list(hooks)) {
        if (children.allMatch(hook -> hook.toString().endsWith(".sample"))) {
          return;
        }
      }
    }
    setAside(hooks);
  }

  private static boolean isPlain(Path config) throws IOException {
    if (!Files.isRegularFile(config, LinkOption.NOFOLLOW_LINKS)
        || Files.size(config) > MOST_SETTINGS) {
      return false;
    }
    String text = Files.readString(config, StandardCharsets.ISO_8859_1);
    return text.lines().allMatch(line -> PLAIN.matcher(line).matches());
  }

  private void setAside(Path place) throws IOException {
    if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Path aside = place.resolveSibling(place.getFileName() + ".set-aside");
    for (int i = 2; Files.exists(aside, LinkOption.NOFOLLOW_LINKS); i++) {
      aside = place.resolveSibling(place.getFileName() + ".set-aside-" + i);
    }
    Files.move(place, aside);
    done.add(
        "\""
            + root.relativize(place)
            + "\" is now \""
            + root.relativize(aside)
            + "\": commands may not make what other programs run");
  }
}
