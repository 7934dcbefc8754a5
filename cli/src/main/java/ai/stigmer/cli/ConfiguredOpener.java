package ai.stigmer.cli;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.RedactedInbox;
import java.io.PrintStream;
import java.nio.file.Path;

/** Opens the journal where flag, variable or configuration file put it. */
final class ConfiguredOpener implements JournalOpener {
  private final JournalOpener opener;
  private final DatabaseOption option;
  private final PrintStream err;
  private final Redactor secrets;

  /**
   * @param opener opens what the place is
   * @param err is told when a database goes away during a run
   * @param secrets what nobody may leave for a run
   */
  ConfiguredOpener(JournalOpener opener, DatabaseOption option, PrintStream err, Redactor secrets) {
    this.opener = opener;
    this.option = option;
    this.err = err;
    this.secrets = secrets;
  }

  @Override
  public Place place(Path database) {
    return option.place(database);
  }

  @Override
  public Journal open(Path database, Access access) {
    return new RedactedInbox(
        switch (place(database)) {
          case Place.File file -> opener.open(file.path(), access);
          case Place.Server server -> opener.open(server.url(), access, this::note);
        },
        secrets);
  }

  private void note(String text) {
    err.println("note: " + text);
    err.flush();
  }
}
