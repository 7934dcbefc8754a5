package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.tool.FileState;
import ai.stigmer.graphton.tool.FileState.Kept;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/** The state of a file that is about to be written. */
final class FileBefore {
  /** The largest content that is kept, in bytes; the journal gets one for each change. */
  private static final int MOST = 1 << 20;

  private FileBefore() {}

  /**
   * The file as it is.
   *
   * @param file from {@link Workspace#resolve}
   * @param content what is to be written
   * @throws IOException when it cannot be read, so that it will not be written either
   */
  static Optional<FileState> of(Workspace workspace, Path file, byte[] content) throws IOException {
    String path = workspace.show(file);
    String after = ContentHash.of(content);
    byte[] bytes;
    try (InputStream in = workspace.read(file)) {
      bytes = in.readNBytes(MOST + 1);
    } catch (NoSuchFileException e) {
      return Optional.of(new FileState(path, Kept.ABSENT, "", "", "", after));
    }
    String mode = workspace.mode(file);
    if (bytes.length > MOST) {
      try (InputStream in = workspace.read(file)) {
        String hash = ContentHash.of(in);
        return Optional.of(new FileState(path, Kept.HASH_ONLY, "", mode, hash, after));
      }
    }
    String kept = Base64.getEncoder().encodeToString(bytes);
    return Optional.of(new FileState(path, Kept.WHOLE, kept, mode, ContentHash.of(bytes), after));
  }
}
