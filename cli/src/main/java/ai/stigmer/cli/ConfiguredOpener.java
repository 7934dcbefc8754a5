package ai.stigmer.cli;

import ai.stigmer.graphton.journal.Journal;
import java.io.PrintStream;
import java.nio.file.Path;

/** Opens the journal where flag, variable or configuration file put it. */
final class ConfiguredOpener implements JournalOpener {
  private final JournalOpener opener;
  private final DatabaseOption option;
  private final PrintStream err;

  /**
   * @param opener opens what the place is
   * @param err is told when a database goes away during a run
   */
  ConfiguredOpener(JournalOpener opener, DatabaseOption option, PrintStream err) {
    this.opener = opener;
    this.option = option;
    this.err = err;
  }

  @Override
  public Place place(Path database) {
    return option.place(database);
  }

  @Override
  public Journal open(Path database, Access access) {
    return switch (place(database)) {
      case Place.File file -> opener.open(file.path(), access);
      case Place.Server server -> opener.open(server.url(), access, this::note);
    };
  }

  private void note(String text) {
    err.println("note: " + text);
    err.flush();
  }
}
