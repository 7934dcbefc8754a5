package ai.stigmer.cli;

import ai.stigmer.config.Backend;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

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
  static JournalOpener sqlite() {
    return new SqliteOpener();
  }

  /** Where a journal is. */
  sealed interface Place {
    /** In a SQLite file. */
    record File(Path path) implements Place {
      @Override
      public String toString() {
        return path.toString();
      }
    }

    /** In a PostgreSQL database. */
    record Server(PostgresUrl url) implements Place {
      @Override
      public String toString() {
        return url.shown();
      }
    }
  }

  /**
   * Where the journal is that {@link #open} opens.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when that is configured wrongly
   */
  default Place place(Path database) {
    return new Place.File(database);
  }

  /**
   * The server that has the journal in place of this machine; empty when there is none.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when that is configured wrongly, {@code
   *     E582} when the command cannot be served by another machine
   */
  default Optional<Backend> backend() {
    return Optional.empty();
  }

  /**
   * Opens the journal in {@code database}, or where the configuration says.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot be used
   */
  Journal open(Path database, Access access);

  /**
   * Opens the journal in a PostgreSQL database.
   *
   * @param notes is told when the database goes away during a run, and when it is back
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot be used
   */
  default Journal open(PostgresUrl url, Access access, Consumer<String> notes) {
    return switch (access) {
      case WRITE -> PostgresJournal.open(url, InstantSource.system(), notes);
      case READ -> PostgresJournal.openReadOnly(url, InstantSource.system());
    };
  }
}
