package ai.stigmer.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A look at the write-ahead log before SQLite sees it. SQLite takes the first frame that does not
 * fit for the end of the log, and would drop all commits behind it without a word.
 *
 * <p>A crash can leave such a frame only within the last commit, for each commit is flushed before
 * the next one begins. So a frame that does not fit, with a whole commit and a fitting frame behind
 * it, is damage. Damage within the last commit cannot be told from a crash. The format is that of
 * https://sqlite.org/fileformat2.html#walformat.
 */
final class WriteAheadLog {
  private static final int HEADER = 32;
  private static final int FRAME_HEADER = 24;
  private static final int MAGIC = 0x377f0682;
  private static final int SMALLEST_PAGE = 512;
  private static final long SOUND = -1;

  private final InputStream log;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private int s0;
  private int s1;

  private WriteAheadLog(InputStream log) {
    this.log = log;
  }

  static Path of(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  /** Whether there is a log with something in it. */
  static boolean exists(Path database) {
    try {
      return Files.size(of(database)) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Checks the log of a database, if it has one.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E503 when commits would be lost
   */
  static void check(Path database) {
    long where = firstDamage(database);
    // Another process may be writing it: only what stays is damage.
    if (where != SOUND && firstDamage(database) == where) {
      throw StoreProblems.damagedLog(of(database), where);
    }
  }

  /** The offset of the first damage, or {@link #SOUND}. */
  private static long firstDamage(Path database) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(of(database)), 1 << 16)) {
      return new WriteAheadLog(in).firstDamage();
    } catch (NoSuchFileException e) {
      return SOUND;
    } catch (IOException e) {
      throw StoreProblems.unreadable(of(database), e);
    }
  }

  private long firstDamage() throws IOException {
    byte[] bytes = log.readNBytes(HEADER);
    if (bytes.length < HEADER || Arrays.equals(bytes, new byte[HEADER])) {
      return SOUND;
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    int magic = header.getInt(0);
    order = (magic & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    add(bytes, 0, FRAME_HEADER);
    boolean sound = (magic & ~1) == MAGIC && s0 == header.getInt(24) && s1 == header.getInt(28);
    if (!sound) {
      return log.readNBytes(FRAME_HEADER + SMALLEST_PAGE).length < FRAME_HEADER + SMALLEST_PAGE
          ? SOUND
          : 0;
    }
    return firstDamagedFrame(FRAME_HEADER + header.getInt(8), header.getLong(16));
  }

  private long firstDamagedFrame(int size, long salt) throws IOException {
    long misfit = SOUND;
    boolean wholeCommitSince = false;
    byte[] bytes = log.readNBytes(size);
    for (long offset = HEADER; bytes.length == size; offset += size) {
      ByteBuffer frame = ByteBuffer.wrap(bytes);
      boolean ours = frame.getLong(8) == salt;
      boolean fits = ours && follows(bytes, frame);
      if (fits && misfit != SOUND && wholeCommitSince) {
        return misfit;
      }
      if (!fits && misfit == SOUND) {
        misfit = offset;
      }
      wholeCommitSince |= misfit != SOUND && ours && frame.getInt(4) != 0;
      bytes = log.readNBytes(size);
    }
    return SOUND;
  }

  /** Whether a frame's checksum continues that of the frame before it, as that one states it. */
  private boolean follows(byte[] bytes, ByteBuffer frame) {
    add(bytes, 0, 8);
    add(bytes, FRAME_HEADER, bytes.length);
    boolean fits = s0 == frame.getInt(16) && s1 == frame.getInt(20);
    s0 = frame.getInt(16);
    s1 = frame.getInt(20);
    return fits;
  }

  private void add(byte[] bytes, int from, int to) {
    ByteBuffer words = ByteBuffer.wrap(bytes).order(order);
    for (int i = from; i < to; i += 8) {
      s0 += words.getInt(i) + s1;
      s1 += words.getInt(i + 4) + s0;
    }
  }
}
