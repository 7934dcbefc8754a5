package ai.stigmer.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads files that a person wrote: UTF-8 text of at most 1 MiB. */
final class SmallFile {
  private static final int LIMIT = 1 << 20;

  private SmallFile() {}

  /**
   * The text of a file; a pipe is read to its end.
   *
   * @throws IOException when it cannot be read, is too large or is not UTF-8
   */
  static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LIMIT + 1);
      if (bytes.length > LIMIT) {
        throw new IOException("larger than 1 MiB");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  /**
   * The same for a file that is named in a text.
   *
   * @throws IOException also when the text is no file name
   */
  static String read(String name) throws IOException {
    try {
      return read(Path.of(name));
    } catch (InvalidPathException e) {
      throw new IOException("not a file name", e);
    }
  }
}
