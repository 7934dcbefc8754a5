package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

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

  /**
   * @param out appends to {@code file}
   * @param most bytes that the file may have before it is emptied, and so half of what both take
   */
  LogFile(OutputStream out, Path file, long most) {
    super(requireNonNull(out, "out is null"));
    this.file = requireNonNull(file, "file is null");
    this.most = most;
  }

  /** Where the words of a file move to. */
  static Path before(Path file) {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    out.write(bytes, from, length);
  }

  @Override
  public void flush() throws IOException {
    super.flush();
    if (Files.exists(file) && Files.size(file) > most) {
      Files.copy(
          file,
          before(file),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES);
      try (FileChannel emptied = FileChannel.open(file, StandardOpenOption.WRITE)) {
        var _ = emptied.truncate(0);
      }
    }
  }
}
