package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A walk over the regular files beneath a folder. Links are not followed, folders that begin with a
 * dot are passed over, and so are folders that cannot be read. It stops at its time limit or when
 * the call is cancelled.
 */
final class FileWalk {
  /** The longest time a walk takes. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  private final CancelToken cancel;
  private final long deadline;
  private final List<Path> files = new ArrayList<>();
  private int unreadable;
  private boolean stopped;

  FileWalk(CancelToken cancel, Duration limit) {
    this.cancel = cancel;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  /** The files that are wanted, sorted; a file as the start is the only one. */
  List<Path> files(Path start, Predicate<Path> wanted) throws IOException {
    Files.walkFileTree(start, new Visitor(start, wanted));
    files.sort(null);
    return files;
  }

  boolean isOver() {
    stopped |= cancel.isCancelled() || System.nanoTime() > deadline;
    return stopped;
  }

  /** What was left out, as lines for the model; empty when nothing was. */
  String notes() {
    var notes = new StringBuilder();
    if (unreadable > 0) {
      notes.append("\n[").append(unreadable).append(" folders or files cannot be read]");
    }
    if (stopped) {
      notes.append("\n[stopped after ").append(LIMIT.toSeconds());
      notes.append(" s, so there may be more; give a path to search less]");
    }
    return notes.toString();
  }

  void passOver() {
    unreadable++;
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path start;
    private final Predicate<Path> wanted;

    Visitor(Path start, Predicate<Path> wanted) {
      this.start = start;
      this.wanted = wanted;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      boolean hidden = !folder.equals(start) && (folder.getFileName() + "").startsWith(".");
      return hidden ? FileVisitResult.SKIP_SUBTREE : onwards();
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile() && wanted.test(file)) {
        files.add(file);
      }
      return onwards();
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      passOver();
      return onwards();
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException e) {
      return onwards();
    }

    private FileVisitResult onwards() {
      return isOver() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }
  }
}
