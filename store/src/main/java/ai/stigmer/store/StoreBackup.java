package ai.stigmer.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Copies the journal to one file while runs go on: all of it as it was at one moment. */
public final class StoreBackup {

  /** What becomes of a file that has the backup's name. */
  public enum Existing {
    REFUSE,
    REPLACE
  }

  private StoreBackup() {}

  /**
   * Writes a backup, checks all of it and only then gives it its name. It is readable for its owner
   * only.
   *
   * @return what was found in the backup
   * @throws ai.stigmer.graphton.error.ProblemException E522 when there is no journal, E523 when the
   *     target exists, E524 when it cannot be written or the journal is damaged
   */
  public static StoreCheck write(Path file, Path target, Existing existing) {
    NativeLibrary.load(Database.home(file));
    if (!Files.exists(file)) {
      throw StoreProblems.noJournal(file);
    }
    Path whole = target.toAbsolutePath();
    boolean isThere = Files.exists(whole);
    if (isThere && (existing == Existing.REFUSE || isSame(file, whole))) {
      throw StoreProblems.backupExists(target);
    }
    Path partial = whole.resolveSibling(whole.getFileName() + ".partial");
    try {
      Files.deleteIfExists(partial);
      copy(file, partial);
      StoreCheck check = StoreCheck.of(partial);
      if (!check.problems().isEmpty()) {
        throw StoreProblems.damagedBackup(target, check.problems().getFirst());
      }
      publish(partial, whole, existing);
      return check;
    } catch (IOException e) {
      throw StoreProblems.noBackup(target, e);
    } finally {
      discard(partial);
    }
  }

  private static boolean isSame(Path file, Path target) {
    try {
      return Files.isSameFile(file, target);
    } catch (IOException e) {
      return true;
    }
  }

  private static void copy(Path file, Path partial) throws IOException {
    // Made here, as SQLite would make it with the rights that everybody gets; it fills what is
    // empty.
    if (Files.getFileStore(Database.home(partial)).supportsFileAttributeView("posix")) {
      Files.createFile(
          partial,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    try (Connection connection = Database.openReadOnly(file);
        PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
      vacuum.setString(1, partial.toString());
      vacuum.execute();
    } catch (SQLException e) {
      throw StoreProblems.noBackup(partial, e);
    }
    flush(partial, StandardOpenOption.WRITE);
  }

  private static void publish(Path partial, Path target, Existing existing) throws IOException {
    switch (existing) {
      case REFUSE -> Files.move(partial, target);
      case REPLACE ->
          Files.move(
              partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
    flush(Database.home(target), StandardOpenOption.READ);
  }

  private static void flush(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }

  private static void discard(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      // It lies beside the backup under a name that says what it is.
    }
  }
}
