package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Shown;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.Execution;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.runner.ReclaimingJournal;
import ai.stigmer.runner.RunContext;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.store.SqliteJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A home with a journal, workspaces, and plays for the scripted model. */
final class Site implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path folder;
  private final Optional<String> database;
  private final Map<String, String> env;
  private final List<Journal> journals = new ArrayList<>();
  private final Journal reading;

  Site(Path folder) {
    this(folder, Optional.empty());
  }

  /**
   * The same with its journal in PostgreSQL.
   *
   * @param database its address
   */
  Site(Path folder, Optional<String> database) {
    this.folder = folder;
    this.database = database;
    this.env =
        Map.of(
            "STIGMER_HOME",
            folder.resolve("home").toString(),
            "STIGMER_APPROVALS_WHEN_ABSENT",
            "wait",
            "PATH",
            "/usr/local/bin:/usr/bin:/bin");
    this.reading = open();
  }

  /** What one process has: a journal of its own, and a driver over it. */
  record Peer(Journal journal, Runner runner, ExecutionDriver driver) {}

  Peer process() {
    Journal journal = new ReclaimingJournal(open());
    Runner runner = new Runner(journal, "temporal test", env);
    return new Peer(
        journal, runner, new ExecutionDriver(runner, ConfigInput.of(env, "stigmer worker"), env));
  }

  private Journal open() {
    Journal journal =
        database.isPresent()
            ? PostgresJournal.open(
                PostgresUrl.parse(database.get()), InstantSource.system(), note -> {})
            : SqliteJournal.open(
                folder.resolve("home").resolve("stigmer.db"), InstantSource.system());
    journals.add(journal);
    return journal;
  }

  Path workspace(String runId) {
    return folder.resolve("work-" + runId);
  }

  /** Begins a run of the scripted model; commands are allowed unless its play is to wait. */
  void begin(Peer process, String runId, boolean commandsAllowed, String... turns) {
    try {
      Files.createDirectories(workspace(runId));
      Path play = folder.resolve(runId + ".yaml");
      Files.writeString(play, "name: play\nturns:\n" + String.join("", turns));
      var model =
          Cascade.resolve(
                  ConfigInput.of(env, "stigmer run")
                      .flag("llm.provider", "scripted", "test")
                      .flag("llm.model", play.toString(), "test"))
              .llm()
              .toModelSettings();
      RunPermissions permissions =
          commandsAllowed ? RunPermissions.DEFAULT.allowingCommands() : RunPermissions.DEFAULT;
      process
          .runner()
          .begin(
              new RunRequest(
                  runId,
                  "go",
                  new RunEnvironment(
                      AgentDefinition.assistant(),
                      workspace(runId),
                      permissions,
                      Execution.LOCAL,
                      model,
                      List.of(),
                      "{}",
                      200,
                      RetryPolicy.NONE,
                      Budget.UNLIMITED,
                      RunContext.NONE)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static String says(String text) {
    return "  - text: " + text + "\n";
  }

  static String command(String line) {
    return "  - calls:\n      - tool: execute\n        arguments: {command: '" + line + "'}\n";
  }

  List<JournalEntry> entries(String runId) {
    return reading.read(runId).stream().map(Recorded::entry).toList();
  }

  boolean isBegun(String runId) {
    return reading.heads(List.of(runId)).values().stream().anyMatch(head -> head.entries() > 0);
  }

  /** The end that the run came to; waits for it. */
  RunEnd end(String runId) {
    return await(
        "the end of " + runId,
        () ->
            entries(runId).getLast() instanceof RunFinished(RunEnd end)
                ? Optional.of(end)
                : Optional.empty());
  }

  /** The approval that the run waits for. */
  Shown approval(String runId) {
    return await(
        "an approval of " + runId,
        () ->
            new ApprovalDesk(reading)
                .of(runId).stream().filter(one -> one.standing() == Standing.OPEN).findFirst());
  }

  /** Changes the first entry of a run, in a journal that is a file. */
  void damage(String runId) {
    Path file = folder.resolve("home").resolve("stigmer.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        PreparedStatement update =
            connection.prepareStatement(
                "UPDATE entries SET time = time + 1 WHERE seq = 1 AND execution ="
                    + " (SELECT id FROM executions WHERE run_id = ?)")) {
      update.setString(1, runId);
      assertThat(update.executeUpdate()).isEqualTo(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  SteeringDesk steering() {
    return new SteeringDesk(reading);
  }

  void approve(String approval) {
    var _ = new ApprovalDesk(reading).decide(approval, new ApprovalDecision.Approved(), "test");
  }

  List<String> lines(String runId, String file) {
    try {
      Path path = workspace(runId).resolve(file);
      return Files.exists(path) ? Files.readAllLines(path) : List.of();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static <T> T await(String what, Supplier<Optional<T>> look) {
    Instant last = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(last)) {
      try {
        Optional<T> seen = look.get();
        if (seen.isPresent()) {
          return seen.get();
        }
        Thread.sleep(20);
      } catch (ProblemException e) {
        throw new AssertionError(e.problem().toString(), e);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("waited in vain for " + what);
  }

  @Override
  public void close() {
    journals.forEach(Journal::close);
    assertThat(journals).isNotEmpty();
  }
}
