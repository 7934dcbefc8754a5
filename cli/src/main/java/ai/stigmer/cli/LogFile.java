package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream that is appended to a file which never grows without end: what stands there moves to the
 * file beside it, {@code .1}, in place of what stood in that. Who else appends to the file goes on
 * in the emptied one.
 *
 * <p>Thread contract: as of the stream; a flush stands behind whole lines.
 */
final class LogFile extends FilterOutputStream {
  private final Path file;
  private final long most;
  private long limit;

  /**
   * @param out appends to {@code file}
   * @param most bytes that the file may have before it is emptied, and so half of what both take
   */
  LogFile(OutputStream out, Path file, long most) {
    super(requireNonNull(out, "out is null"));
    this.file = requireNonNull(file, "file is null");
    this.most = most;
    this.limit = most;
  }

  /** Where the words of a file move to. */
  static Path before(Path file) {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  /**
   * The lines at the end of what both files hold.
   *
   * @param most lines; the file beside is read only when the first has fewer
   */
  static List<String> last(Path file, int most) throws IOException {
    List<String> lines = lines(file);
    if (lines.size() < most && Files.exists(before(file))) {
      var all = new ArrayList<>(lines(before(file)));
      all.addAll(lines);
      lines = all;
    }
    return lines.subList(Math.max(0, lines.size() - most), lines.size());
  }

  private static List<String> lines(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    out.write(bytes, from, length);
  }

  @Override
  public void flush() throws IOException {
    super.flush();
    long size = Files.exists(file) ? Files.size(file) : 0;
    if (size > limit) {
      // When it fails, on a full disk for example, not every line tries again.
      limit = size + most;
      moveAside();
      limit = most;
    }
  }

  /** What stood aside stays until all that takes its place is there. */
  private void moveAside() throws IOException {
    Path copy = file.resolveSibling(file.getFileName() + ".1.new");
    try {
      Files.copy(
          file, copy, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(copy, before(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(copy);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    try (FileChannel emptied = FileChannel.open(file, StandardOpenOption.WRITE)) {
      var _ = emptied.truncate(0);
    }
  }
}
