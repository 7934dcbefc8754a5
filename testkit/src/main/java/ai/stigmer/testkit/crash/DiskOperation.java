package ai.stigmer.testkit.crash;

/**
 * One thing that a process did to the files of its folder, or said on standard output. A file is
 * known by a number, for its name can be given to another one.
 */
public sealed interface DiskOperation {

  /** Bytes were written; they are on the disk for sure only after a {@link Sync}. */
  final class Write implements DiskOperation {
    private final int file;
    private final long offset;
    private final byte[] bytes;

    Write(int file, long offset, byte[] bytes) {
      this.file = file;
      this.offset = offset;
      this.bytes = bytes;
    }

    public int file() {
      return file;
    }

    /** The place in the file, in bytes. */
    public long offset() {
      return offset;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** The file was given a length. */
  record Truncate(int file, long length) implements DiskOperation {}

  /**
   * The file was flushed.
   *
   * @param since how many operations had been done when the flush began; only those are covered
   */
  record Sync(int file, int since) implements DiskOperation {}

  /** A new file got a name. */
  record Create(int file, String name) implements DiskOperation {}

  /** A file lost its name. */
  record Unlink(String name) implements DiskOperation {}

  /** A file got another name; a file of that name is gone. */
  record Rename(String from, String to) implements DiskOperation {}

  /** The folder was flushed: which names there are is on the disk. */
  record SyncFolder() implements DiskOperation {}

  /** A line on standard output, by which the process promises something. */
  record Said(String line) implements DiskOperation {}
}
