package ai.stigmer.cli;

import ai.stigmer.graphton.journal.Journal;
import java.nio.file.Path;

/** Opens the journal of a home folder; tests put something in between. */
public interface JournalOpener {

  /** How a journal is opened. */
  enum Access {
    /** For reading and writing; created when it is not there. */
    WRITE,
    /** For reading only. */
    READ
  }

  /** The journal in a SQLite file. */
  JournalOpener SQLITE = new SqliteOpener();

  /**
   * Opens the journal in {@code database}.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot be used
   */
  Journal open(Path database, Access access);
}
