package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/*
 * A process that is killed cannot take its folder with it. A lock can tell: it ends with the process, and, unlike the
 * number of a process, means the same in every container that shares the folder for temporary files. A folder that is
 * only just being made has no lock yet, so young ones are left alone.
 */
/**
 * A folder for temporary files that goes away with this process, or, when that was killed, with the
 * next one that makes such a folder.
 */
final class HeldFolder {
  private static final String NAME = "stigmer-sandbox-";
  private static final String LOCK = "lock";
  private static final Duration YOUNG = Duration.ofHours(1);

  /** For the life of the process; what is not referenced any more could be closed. */
  @SuppressWarnings("unused")
  private final FileChannel lock;

  private final Path folder;

  private HeldFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Makes one that only this user may enter, and removes those that dead processes left. */
  static HeldFolder make(Path temporary) throws IOException {
    sweep(temporary);
    Path folder = Files.createTempDirectory(temporary, NAME);
    folder.toFile().deleteOnExit();
    Path file = folder.resolve(LOCK);
    file.toFile().deleteOnExit();
    FileChannel lock =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    var _ = lock.lock();
    return new HeldFolder(folder, lock);
  }

  Path folder() {
    return folder;
  }

  private static void sweep(Path temporary) {
    FileTime young = FileTime.from(Instant.now().minus(YOUNG));
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, NAME + "*")) {
      for (Path folder : folders) {
        Path lock = folder.resolve(LOCK);
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
          removeUnlessHeld(folder, lock, young);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // What cannot be looked at is left for the next time.
    }
  }

  private static void removeUnlessHeld(Path folder, Path lock, FileTime young) {
    try {
      if (Files.getLastModifiedTime(lock).compareTo(young) < 0) {
        removeUnlessHeld(folder, lock);
      }
    } catch (IOException | OverlappingFileLockException e) {
      // It belongs to somebody else, or somebody else is removing it, or it is our own.
    }
  }

  private static void removeUnlessHeld(Path folder, Path lock) throws IOException {
    try (FileChannel channel =
        FileChannel.open(lock, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      if (channel.tryLock() != null) {
        remove(folder);
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path one : all) {
      Files.deleteIfExists(one);
    }
  }
}
