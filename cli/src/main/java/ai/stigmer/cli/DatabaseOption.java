package ai.stigmer.cli;

import ai.stigmer.cli.JournalOpener.Place;
import ai.stigmer.config.Backend;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.store.PostgresUrl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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

  private static final String SERVER = "--server";

  /** The commands that a server can answer, and those that are for servers only. */
  private static final Set<String> REMOTE =
      Set.of(
          "run",
          "resume",
          "replay",
          "export-test",
          "sessions",
          "approvals",
          "context",
          "steer",
          "cancel",
          "apply",
          "console");

  /** Those that drive runs and have to do it here. */
  private static final Set<String> ONLY_HERE = Set.of("chat", "fork", "undo");

  private final Surroundings surroundings;
  private String command = "";
  private @Nullable CommandLine line;
  private @Nullable Resolved resolved;

  DatabaseOption(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Whether what this option says holds for a command, also for one without the flag. */
  static boolean concerns(String command) {
    return !command.equals(DEMO);
  }

  /** Reads the words of this command line, which gets the flag if its command needs it. */
  void addTo(String command, CommandLine commandLine) {
    this.command = command;
    line = commandLine;
    if (REMOTE.contains(command) || ONLY_HERE.contains(command)) {
      commandLine
          .getCommandSpec()
          .addOption(
              OptionSpec.builder(SERVER)
                  .paramLabel("URL")
                  .type(String.class)
                  .scopeType(ScopeType.INHERIT)
                  .hidden(ONLY_HERE.contains(command))
                  .description("The stigmer server that has the runs, and drives them.")
                  .build());
    }
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
    Optional<String> chosen = resolved().databaseUrl().map(Secret::reveal);
    if (chosen.isEmpty()) {
      return new Place.File(otherwise);
    }
    return PostgresUrl.isOne(chosen.get())
        ? new Place.Server(PostgresUrl.parse(chosen.get()))
        : new Place.File(Path.of(chosen.get()));
  }

  /**
   * The server that has the runs.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E168} when its address is none,
   *     {@code E582} when the command can only work here
   */
  Optional<Backend> backend() {
    if (!REMOTE.contains(command) && !ONLY_HERE.contains(command)) {
      return Optional.empty();
    }
    Optional<Backend> backend = resolved().backend();
    if (backend.isPresent() && ONLY_HERE.contains(command)) {
      throw Problem.of(
              "E582",
              Problem.Category.USAGE,
              "stigmer " + command + " works on this machine only, and runs are a server's")
          .from(backend.get().location() + " names " + backend.get().endpoint())
          .help(
              "to work here for once: " + again(),
              "a server takes: stigmer run, resume, steer, cancel, approvals, sessions")
          .asException();
    }
    return backend;
  }

  /** The command as it was typed, for this machine; behind a {@code --} stands no option. */
  private String again() {
    CommandLine present = line;
    List<String> typed = present == null ? List.of() : present.getParseResult().originalArgs();
    int end = typed.indexOf("--");
    List<String> options = end < 0 ? typed : typed.subList(0, end);
    var words = new ArrayList<String>(List.of("stigmer", command));
    for (Iterator<String> left = options.iterator(); left.hasNext(); ) {
      String word = left.next();
      if (word.equals(SERVER) && left.hasNext()) {
        String _ = left.next();
      } else if (!word.startsWith(SERVER + "=")) {
        words.add(quoted(word));
      }
    }
    words.addAll(List.of(SERVER, "\"\""));
    typed.subList(options.size(), typed.size()).forEach(word -> words.add(quoted(word)));
    return String.join(" ", words);
  }

  /** As a shell takes it for one word. */
  private static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private Resolved resolved() {
    Resolved known = resolved;
    if (known == null) {
      known = Cascade.resolve(input());
      resolved = known;
    }
    return known;
  }

  /** The flags of the cascade that say something about this setting. */
  private ConfigInput input() {
    ConfigInput input = ConfigInput.of(surroundings.env(), "stigmer").clock(surroundings.clock());
    CommandLine present = line;
    for (ParseResult at = present == null ? null : present.getParseResult();
        at != null;
        at = at.subcommand()) {
      String url = value(at, FLAG);
      String server = value(at, SERVER);
      input = server == null ? input : input.flag("backend.endpoint", server, SERVER);
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
