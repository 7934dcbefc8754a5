package ai.stigmer.graphton.tool;

import static java.util.Objects.requireNonNull;

/**
 * A file as it is before a call changes it, and what the call makes of it. Kept for undo.
 *
 * @param path relative to the workspace, with slashes
 * @param content in Base64; empty unless it is kept
 * @param mode the permissions as {@code rw-r--r--}; empty where there are none
 * @param hash SHA-256 of the content, in hexadecimal; empty when there is no file
 * @param after the same of the content that the call writes
 */
public record FileState(
    String path, Kept kept, String content, String mode, String hash, String after) {

  /** How much of the state is known. */
  public enum Kept {
    /** There is no file. */
    ABSENT,
    /** All of it. */
    WHOLE,
    /** The file is too large, or its content must not be written down. */
    HASH_ONLY
  }

  public FileState {
    requireNonNull(path, "path is null");
    requireNonNull(kept, "kept is null");
    requireNonNull(content, "content is null");
    requireNonNull(mode, "mode is null");
    requireNonNull(hash, "hash is null");
    requireNonNull(after, "after is null");
  }

  /** The same without the content. */
  public FileState withoutContent() {
    return new FileState(path, Kept.HASH_ONLY, "", mode, hash, after);
  }
}
