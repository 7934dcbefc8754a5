package ai.stigmer.temporal.original;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One folder for each conversation. Beside them stands which of them were made here, out of reach
 * of those who work in them; only these are ever removed.
 *
 * <p>Thread contract: thread-safe.
 */
final class Workspaces {
  private static final String MADE = ".made-by-stigmer";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  private final Path root;

  Workspaces(Path root) {
    this.root = requireNonNull(root, "root is null");
  }

  /**
   * The folder of a conversation, made when it is not there.
   *
   * @throws ProblemException {@code E597} when its name could be that of another folder, {@code
   *     E130} when it cannot be made
   */
  Path of(String thread) {
    if (!NAME.matcher(thread).matches()) {
      throw Problem.of(
              "E597",
              Problem.Category.USAGE,
              "the execution cannot be run: its thread's id names no folder")
          .help("letters, digits and . _ - make an id, at most 128 of them")
          .asException();
    }
    Path folder = root.resolve(thread);
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(root.resolve(MADE));
        Files.writeString(root.resolve(MADE).resolve(thread), "");
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return folder;
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of(
                  "E130",
                  Problem.Category.CONFIGURATION,
                  "the workspace of the conversation cannot be made")
              .from(folder.toString(), e.toString())
              .help("name a folder that the worker may write: SANDBOX_ROOT_DIR=DIR"),
          e);
    }
  }

  /**
   * Removes a folder that was made here, with what is in it; links are not followed.
   *
   * @return whether it was
   * @throws IOException when a part of it is left
   */
  boolean remove(@Nullable String name) throws IOException {
    if (name == null || !NAME.matcher(name).matches()) {
      return false;
    }
    Path mark = root.resolve(MADE).resolve(name);
    Path folder = root.resolve(name);
    if (!Files.isRegularFile(mark) || !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
    Files.delete(mark);
    return true;
  }
}
