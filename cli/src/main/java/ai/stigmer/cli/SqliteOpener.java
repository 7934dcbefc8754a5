package ai.stigmer.cli;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.store.SqliteJournal;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens the SQLite journal. */
final class SqliteOpener implements JournalOpener {
  @Override
  public Journal open(Path database, Access access) {
    return switch (access) {
      case WRITE -> SqliteJournal.open(database, InstantSource.system());
      case READ -> SqliteJournal.openReadOnly(database, InstantSource.system());
    };
  }
}
