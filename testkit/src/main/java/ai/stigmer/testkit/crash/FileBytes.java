package ai.stigmer.testkit.crash;

import java.util.Arrays;

/** The content of one file, in memory. */
final class FileBytes {
  private byte[] bytes = new byte[0];
  private int length;

  FileBytes copy() {
    var copy = new FileBytes();
    copy.bytes = bytes.clone();
    copy.length = length;
    return copy;
  }

  byte[] bytes() {
    return Arrays.copyOf(bytes, length);
  }

  void put(long offset, byte[] from, int start, int count) {
    if (count > 0) {
      int end = Math.toIntExact(offset + count);
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
      }
      System.arraycopy(from, start, bytes, (int) offset, count);
      length = Math.max(length, end);
    }
  }

  /** Cuts the file, or makes it longer with zeros. */
  void resize(int newLength) {
    if (newLength < length) {
      Arrays.fill(bytes, newLength, length, (byte) 0);
    } else if (newLength > bytes.length) {
      bytes = Arrays.copyOf(bytes, newLength);
    }
    length = newLength;
  }
}
