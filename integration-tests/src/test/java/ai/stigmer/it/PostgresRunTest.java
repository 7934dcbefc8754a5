package ai.stigmer.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.postgres.PostgresServer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes with their journal in a real PostgreSQL: killed, stopped, two at once. */
class PostgresRunTest {
  private static final int SIGKILLED = 137;
  private static final int AT_ONCE = 4;

  private static @Nullable PostgresServer server;

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  private static PostgresServer server() {
    return requireNonNull(server);
  }

  private static WorkingRun run(Path folder, Function<JsonNode, Answer> answers, String url)
      throws IOException {
    return new WorkingRun(folder, answers, Optional.of(url));
  }

  @Test
  void aRunIsWrittenToTheDatabaseAndNothingIsWrittenToAFile() throws Exception {
    String url = server().newDatabase();
    try (WorkingRun run = run(folder, WorkingRun::tenSteps, url)) {
      Ended ended = run.stigmer().run(run.command());
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(run.stigmer().home().resolve("stigmer.db")).doesNotExist();
      Ended list = run.stigmer().run("sessions", "list");
      assertThat(list.out()).contains("completed", "do ten steps");
      Ended check = run.stigmer().run("store", "check");
      assertThat(check.out()).contains("runs        1", "all sound");
      Ended stats = run.stigmer().run("store", "stats");
      assertThat(stats.out()).contains("runs        1");
      Ended backup = run.stigmer().run("store", "backup", "x.db");
      assertThat(backup.err()).contains("E534", "pg_dump");
      Ended doctor = run.stigmer().run("doctor");
      assertThat(doctor.out()).contains("holds 1 run");
      Ended pruned = run.stigmer().run("store", "prune", "--keep", "0");
      assertThat(pruned.out()).contains("1 runs went", "PostgreSQL uses the room again");
      assertThat(run.stigmer().run("sessions", "list").out()).isEmpty();
      for (Ended each : List.of(ended, list, check, stats, backup, doctor, pruned)) {
        assertThat(each.out() + each.err()).doesNotContain(server().password());
      }
    }
  }

  @Test
  void theFlagNamesTheDatabaseForEveryCommandAndTakesNoPassword() throws Exception {
    String url = server().newDatabase();
    StigmerProcess stigmer = StigmerProcess.in(folder);
    Ended refused = stigmer.run("sessions", "list", "--database-url", url);
    assertThat(refused.status()).isEqualTo(3);
    assertThat(refused.err()).contains("E138").doesNotContain(server().password());
    String bare = url.replace(":" + server().password(), "");
    Path passwords = Files.writeString(folder.resolve("pgpass"), passwordLine());
    Files.setPosixFilePermissions(
        passwords, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    Ended listed =
        stigmer
            .with("PGPASSFILE", passwords.toString())
            .run("sessions", "list", "--database-url", bare);
    assertThat(listed.status()).as(listed.err()).isZero();
    Ended explained = stigmer.with("STIGMER_DATABASE_URL", url).run("config", "explain");
    assertThat(explained.out())
        .contains("database.url", "postgresql://stigmer:***@127.0.0.1", "STIGMER_DATABASE_URL")
        .doesNotContain(server().password());
  }

  private static String passwordLine() {
    return "127.0.0.1:*:*:stigmer:" + server().password() + "\n";
  }

  @Test
  void aRunKilledAroundAnyJournalWriteEndsAsAnUndisturbedOne() throws Exception {
    // Given
    Map<String, String> files;
    String answer;
    int appends;
    try (WorkingRun undisturbed =
        run(folder.resolve("undisturbed"), WorkingRun::tenSteps, server().newDatabase())) {
      Ended ended = start(undisturbed, "never");
      assertThat(ended.status()).as(ended.err()).isZero();
      answer = ended.out();
      files = undisturbed.files();
      appends = undisturbed.entries();
    }
    // When
    var points = new ArrayList<Callable<String>>();
    for (String when : List.of("before", "after")) {
      // Before the first one nothing is there to go on with.
      for (int n = when.equals("before") ? 2 : 1; n <= appends; n += 3) {
        String point = when + ":" + n;
        points.add(() -> killAt(point, files, answer));
      }
    }
    // Then
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<String> done : pool.invokeAll(points)) {
        assertThat(done.get()).isNotEmpty();
      }
    }
  }

  private String killAt(String point, Map<String, String> files, String answer) throws Exception {
    Path place = folder.resolve(point.replace(':', '-'));
    try (WorkingRun run = run(place, WorkingRun::tenSteps, server().newDatabase())) {
      assertThat(start(run, point).status()).as(point).isEqualTo(SIGKILLED);
      Ended resumed = run.resume();
      assertThat(resumed.status()).as(point + resumed.err()).isZero();
      assertThat(resumed.out()).as(point).isEqualTo(answer);
      assertThat(run.files()).as(point).isEqualTo(files);
      run.assertAskedAgainAtMost(point.startsWith("before") ? 1 : 0, point);
      return point;
    }
  }

  @Test
  void aRunGoesOnThroughAKillOfTheDatabaseAndARestart() throws Exception {
    try (PostgresServer mine = PostgresServer.start();
        WorkingRun run = run(folder, body -> logging(body, 12), mine.newDatabase());
        StigmerProcess.Running owner = run.stigmer().start(run.command())) {
      // When
      for (int lines : List.of(2, 5, 8)) {
        awaitLines(run, owner, lines);
        if (lines == 5) {
          mine.stop();
        } else {
          mine.kill();
        }
        mine.restart();
      }
      Ended ended = owner.await();
      // Then
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).contains("waiting for it", "the database is back");
      assertThat(ended.err()).doesNotContain(mine.password());
      assertThat(run.workspace().resolve("log")).hasContent(numbers(12));
      assertThat(run.stigmer().run("store", "check").out()).contains("all sound");
    }
  }

  @Test
  void aStoppedOwnerWhoseLeaseRanOutWritesAndDoesNothingMoreWhenItWakes() throws Exception {
    String url = server().newDatabase();
    try (WorkingRun run = run(folder, body -> logging(body, 4), url);
        StigmerProcess.Running owner = run.stigmer().start(run.command())) {
      // Given
      awaitLines(run, owner, 2);
      owner.signal("STOP");
      Ended refused = run.resume();
      assertThat(refused.err()).contains("E502", "kill -CONT");
      server()
          .sql(
              PostgresServer.name(url),
              "UPDATE stigmer.holders SET seen = seen - interval '1 hour'");
      // When
      Ended taken = run.resume();
      int entries = run.entries();
      owner.signal("CONT");
      Ended woken = owner.await();
      // Then
      assertThat(taken.status()).as(taken.err()).isZero();
      assertThat(woken.status()).isEqualTo(1);
      assertThat(woken.err()).contains("E505", "another process has taken over");
      assertThat(run.entries()).isEqualTo(entries);
    }
  }

  @Test
  void ofTwoWhoResumeARunAtOnceOneHasIt() throws Exception {
    try (WorkingRun run = run(folder, body -> logging(body, 4), server().newDatabase())) {
      // Given: start, turn, intent and outcome of the first command are written.
      assertThat(start(run, "after:4").status()).isEqualTo(SIGKILLED);
      // When
      try (StigmerProcess.Running one = run.stigmer().start("resume", "last");
          StigmerProcess.Running other = run.stigmer().start("resume", "last")) {
        List<Ended> both = List.of(one.await(), other.await());
        // Then
        assertThat(both).as("%s", both).filteredOn(each -> each.status() == 0).isNotEmpty();
        assertThat(both)
            .filteredOn(each -> each.status() != 0)
            .allSatisfy(each -> assertThat(each.err()).containsAnyOf("E502", "E505"));
        assertThat(run.workspace().resolve("log")).hasContent(numbers(4));
      }
    }
  }

  private static Ended start(WorkingRun run, String kill) {
    var line = new ArrayList<>(List.of(kill));
    line.addAll(List.of(run.command()));
    return run.stigmer().withMain(KillingMain.class.getName()).run(line.toArray(String[]::new));
  }

  /** As many commands as told, each of which leaves its number. */
  private static Answer logging(JsonNode body, int commands) {
    int step = WorkingRun.assistants(body);
    return step < commands
        ? WorkingRun.call("execute", "command", "echo " + (step + 1) + " >> log; sleep 0.3")
        : Answer.text("done");
  }

  private static String numbers(int last) {
    return String.join(
        "\n", Stream.iterate(1, n -> n + 1).limit(last).map(String::valueOf).toList());
  }

  private static void awaitLines(WorkingRun run, StigmerProcess.Running owner, int lines) {
    Path log = run.workspace().resolve("log");
    Await.until(
        lines + " lines in the log",
        () -> {
          assertThat(owner.process().isAlive()).as(StigmerProcess.read(owner.err())).isTrue();
          return Files.exists(log) && Files.readAllLines(log).size() >= lines;
        });
  }
}
