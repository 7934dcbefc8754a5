package ai.stigmer.cli;

import ai.stigmer.cli.JournalOpener.Place;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.store.PostgresUrl;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/*
 * Many commands read or write the journal, and most know no other setting. So the flag is added to all of them in one
 * place, and the words of the command line are looked at when the journal is opened.
 */
/** Where the journal of a command is, by flag, variable or configuration file. */
final class DatabaseOption {
  private static final String FLAG = "--database-url";

  /** The commands that open the journal and do not have the flags of the cascade. */
  private static final Set<String> COMMANDS =
      Set.of(
          "resume",
          "replay",
          "fork",
          "export-test",
          "sessions",
          "store",
          "approvals",
          "context",
          "steer",
          "cancel",
          "undo",
          "worker");

  /** It has a home, a journal and an environment of its own. */
  private static final String DEMO = "demo";

  private final Surroundings surroundings;
  private @Nullable CommandLine line;

  DatabaseOption(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Whether what this option says holds for a command, also for one without the flag. */
  static boolean concerns(String command) {
    return !command.equals(DEMO);
  }

  /** Reads the words of this command line, which gets the flag if its command needs it. */
  void addTo(String command, CommandLine commandLine) {
    line = commandLine;
    if (COMMANDS.contains(command) && commandLine.getCommandSpec().findOption(FLAG) == null) {
      commandLine
          .getCommandSpec()
          .addOption(
              OptionSpec.builder(FLAG)
                  .paramLabel("URL")
                  .type(String.class)
                  .scopeType(ScopeType.INHERIT)
                  .description(
                      "Where runs are written down: postgresql://USER@HOST/DATABASE, or a file.")
                  .build());
    }
  }

  /**
   * Where the journal is.
   *
   * @param otherwise the file when nothing else is said
   * @throws ai.stigmer.graphton.error.ProblemException E138 or E139
   */
  Place place(Path otherwise) {
    Optional<String> chosen = Cascade.resolve(input()).databaseUrl().map(Secret::reveal);
    if (chosen.isEmpty()) {
      return new Place.File(otherwise);
    }
    return PostgresUrl.isOne(chosen.get())
        ? new Place.Server(PostgresUrl.parse(chosen.get()))
        : new Place.File(Path.of(chosen.get()));
  }

  /** The flags of the cascade that say something about this setting. */
  private ConfigInput input() {
    ConfigInput input = ConfigInput.of(surroundings.env(), "stigmer").clock(surroundings.clock());
    CommandLine present = line;
    for (ParseResult at = present == null ? null : present.getParseResult();
        at != null;
        at = at.subcommand()) {
      String url = value(at, FLAG);
      String file = value(at, "--config");
      input = url == null ? input : input.flag("database.url", url, FLAG);
      input = file == null ? input : input.configFile(Path.of(file));
      input = at.hasMatchedOption("--no-config") ? input.withoutFile() : input;
    }
    return input;
  }

  private static @Nullable String value(ParseResult words, String option) {
    Object value = words.matchedOptionValue(option, null);
    return value == null ? null : value.toString();
  }
}
