package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteJournal;
import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.config.Backend;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.RedactedInbox;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** Opens the journal where flag, variable or configuration file put it. */
final class ConfiguredOpener implements JournalOpener {
  private final JournalOpener opener;
  private final DatabaseOption option;
  private final PrintStream err;
  private final Redactor secrets;
  private final Path home;

  /**
   * @param opener opens what the place is
   * @param err is told when a database goes away during a run
   * @param secrets what nobody may leave for a run
   * @param home has the token of a server on this machine
   */
  ConfiguredOpener(
      JournalOpener opener, DatabaseOption option, PrintStream err, Redactor secrets, Path home) {
    this.secrets = secrets;
    this.home = home;
    this.opener = opener;
    this.option = option;
    this.err = err;
  }

  @Override
  public Place place(Path database) {
    return option.place(database);
  }

  @Override
  public Optional<Backend> backend() {
    return option.backend();
  }

  @Override
  public Journal open(Path database, Access access) {
    Optional<Backend> backend = backend();
    if (backend.isPresent()) {
      return new RemoteJournal(RemoteServer.of(backend.get(), home));
    }
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
