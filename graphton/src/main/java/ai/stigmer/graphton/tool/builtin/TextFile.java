package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file of the workspace, taken as text or as bytes. Messages are meant for the model. */
final class TextFile {
  /** The largest file that is edited or searched. */
  static final int MAX_BYTES = 10 << 20;

  private static final int LOOKED_AT = 8_192;

  private TextFile() {}

  /**
   * Opens a file for reading.
   *
   * @throws IOException when it is a folder, not there or not a regular file
   */
  static InputStream open(Workspace workspace, Path file, String name) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("\"" + name + "\" is a folder; use ls");
    }
    try {
      return workspace.read(file);
    } catch (NoSuchFileException e) {
      throw new IOException("\"" + name + "\" is not there; use ls or glob to find it", e);
    }
  }

  /**
   * A whole file of at most 10 MiB as text.
   *
   * @throws IOException as {@link #open}, and when it is larger or not UTF-8 text
   */
  static String whole(Workspace workspace, Path file, String name) throws IOException {
    byte[] bytes;
    try (InputStream in = open(workspace, file, name)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new IOException(
          "\"" + name + "\" is larger than 10 MiB; read it in parts, change it with a command");
    }
    if (isBinary(bytes, bytes.length)) {
      throw new IOException("\"" + name + "\" is binary, not text");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(
          "\"" + name + "\" is not UTF-8 text; changing it here would damage it", e);
    }
  }

  /** Whether bytes from a file's beginning are those of something else than text. */
  static boolean isBinary(byte[] start, int length) {
    for (int i = 0; i < Math.min(length, LOOKED_AT); i++) {
      if (start[i] == 0) {
        return true;
      }
    }
    return false;
  }
}
