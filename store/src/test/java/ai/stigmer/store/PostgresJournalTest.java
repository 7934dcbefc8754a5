package ai.stigmer.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresJournalTest {
  private static @Nullable PostgresServer server;

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

  private static PostgresJournal open(String url) {
    return open(url, _ -> {});
  }

  private static PostgresJournal open(String url, Consumer<String> notes) {
    return PostgresJournal.open(
        PostgresUrl.parse(url),
        InstantSource.system(),
        notes,
        Owners::mayLive,
        Duration.ofSeconds(20));
  }

  private static void sql(String url, String statements) {
    server().sql(PostgresServer.name(url), "SET search_path TO stigmer; " + statements);
  }

  @Test
  void aRunOutlivesTheProcessThatWroteItAndAnotherOneGoesOn() {
    String url = server().newDatabase();
    var text = new UserMessage("x".repeat(2 * Blobs.THRESHOLD));
    try (PostgresJournal journal = open(url);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(List.of(text, text, new UserMessage("b")));
    }
    try (PostgresJournal journal = open(url);
        JournalWriter writer = journal.claim("r", "you")) {
      assertThat(writer.epoch()).isEqualTo(2);
      assertThat(writer.append(List.of(text))).isEqualTo(4);
      assertThat(journal.read("r"))
          .extracting(Recorded::entry)
          .containsExactly(text, text, new UserMessage("b"), text);
    }
    assertThat(server().sql(PostgresServer.name(url), "SELECT count(*) FROM stigmer.blobs"))
        .isEqualTo("1");
  }

  @Test
  void ofManyWhoOpenANewDatabaseAtOnceOneMakesTheTables() throws Exception {
    String url = server().newDatabase();
    var opening = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < 8; i++) {
      opening.add(
          () -> {
            try (PostgresJournal journal = open(url)) {
              return journal.list(1).size();
            }
          });
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (Future<Integer> each : threads.invokeAll(opening)) {
        assertThat(each.get()).isZero();
      }
    }
    assertThat(
            server()
                .sql(PostgresServer.name(url), "SELECT max(version) FROM stigmer.schema_version"))
        .isEqualTo(String.valueOf(PostgresSchema.PRESENT));
  }

  @Test
  void aDatabaseOfTheFirstVersionFindsTheNewestPostsByTheirTimeOnceItIsOpened() {
    String url = server().newDatabase();
    open(url).close();
    sql(
        url,
        "DROP INDEX inbox_time; DROP TABLE identity; DELETE FROM schema_version WHERE version > 1");
    sql(
        url,
        "INSERT INTO inbox SELECT 'r' || n % 100, n::text, n, '{}' FROM generate_series(1, 9999) n;"
            + " ANALYZE inbox");
    try (PostgresJournal journal = readOnly(url)) {
      assertThat(journal.id()).isEmpty();
    }
    try (PostgresJournal journal = open(url)) {
      assertThat(journal.id()).isPresent();
      assertThat(journal.inbox().postedSince(Instant.ofEpochMilli(9_850)))
          .hasSize(100)
          .containsEntry("r50", Instant.ofEpochMilli(9_950));
    }
    String since = SqliteInbox.SINCE.replace("?", "9990");
    String plan =
        server().sql(PostgresServer.name(url), "SET search_path TO stigmer; EXPLAIN " + since);
    assertThat(plan).contains("inbox_time").doesNotContain("Seq Scan");
  }

  @Test
  void aDatabaseOfALaterVersionIsRefusedAndLeftAlone() {
    String url = server().newDatabase();
    open(url).close();
    sql(url, "INSERT INTO schema_version VALUES (99)");
    assertCode("E508", () -> open(url));
    assertCode("E508", () -> readOnly(url));
  }

  @Test
  void whoOnlyReadsMakesNoTablesAndMayNotWrite() {
    String url = server().newDatabase();
    try (PostgresJournal journal = readOnly(url)) {
      assertThat(journal.list(10)).isEmpty();
      assertThat(journal.id()).isEmpty();
      assertCode("E501", () -> journal.read("r"));
      assertCode("E510", () -> journal.create("r", "me"));
    }
    assertThat(server().sql(PostgresServer.name(url), "SELECT to_regnamespace('stigmer') IS NULL"))
        .isEqualTo("t");
    try (PostgresJournal journal = open(url);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(said("a"));
      try (PostgresJournal reading = readOnly(url)) {
        assertThat(reading.read("r")).hasSize(1);
        assertCode("E510", () -> reading.claim("r", "me"));
      }
    }
  }

  @Test
  void changedMissingAndExchangedEntriesAreFound() {
    for (String damage :
        List.of(
            "UPDATE entries SET body = replace(body, 'two', 'six') WHERE seq = 2",
            "DELETE FROM entries WHERE seq = 2",
            "DELETE FROM entries WHERE seq = 3",
            "UPDATE entries SET time = time + 1 WHERE seq = 2")) {
      String url = server().newDatabase();
      try (PostgresJournal journal = open(url)) {
        try (JournalWriter writer = journal.create("r", "me")) {
          writer.append(said("one", "two", "three"));
        }
        sql(url, damage);
        assertCode("E503", () -> journal.read("r"));
        assertCode("E503", () -> journal.claim("r", "me"));
      }
    }
  }

  @Test
  void aChangedOrMissingLongTextIsFound() {
    for (String damage : List.of("UPDATE blobs SET text = 'y'", "DELETE FROM blobs")) {
      String url = server().newDatabase();
      try (PostgresJournal journal = open(url);
          JournalWriter writer = journal.create("r", "me")) {
        writer.append(said("x".repeat(Blobs.THRESHOLD)));
        sql(url, damage);
        assertCode("E520", () -> journal.read("r"));
      }
    }
  }

  @Test
  void anOwnerWhoseLeaseRanOutIsTakenOverAndStoppedWhenItComesBack() {
    String url = server().newDatabase();
    try (PostgresJournal here = open(url);
        PostgresJournal there = open(url)) {
      // Given
      JournalWriter owner = here.create("r", "me");
      owner.append(said("a"));
      assertCode("E502", () -> there.claim("r", "you"));
      // When
      sql(url, "UPDATE holders SET seen = seen - interval '1 hour'");
      try (JournalWriter next = there.claim("r", "you")) {
        // Then
        next.append(said("b"));
        assertCode("E505", () -> owner.append(said("lost")));
      }
      assertThat(there.read("r")).hasSize(2);
    }
  }

  @Test
  void whoHoldsARunIsToldWithoutClaimingIt() {
    String url = server().newDatabase();
    try (PostgresJournal journal = open(url)) {
      JournalWriter writer = journal.create("r", "me");
      assertThat(journal.hold("r")).isEqualTo(Journal.Hold.HERE);
      writer.close();
      assertThat(journal.hold("r")).isEqualTo(Journal.Hold.NOBODY);
      sql(
          url,
          "UPDATE executions SET holder = '1@elsewhere/1';"
              + " INSERT INTO holders VALUES ('1@elsewhere/1', clock_timestamp())");
      assertThat(journal.hold("r")).isEqualTo(Journal.Hold.ELSEWHERE);
      sql(url, "UPDATE holders SET seen = seen - interval '1 hour'");
      assertThat(journal.hold("r")).isEqualTo(Journal.Hold.LOST);
      assertCode("E501", () -> journal.hold("no"));
    }
  }

  @Test
  void newsGoOnThoughOneWhoHearsThemIsNotInOrderAndThatIsSaid() throws Exception {
    String url = server().newDatabase();
    var notes = new CopyOnWriteArrayList<String>();
    var heard = new CountDownLatch(1);
    var isFirst = new AtomicBoolean(true);
    try (PostgresJournal here = open(url, notes::add);
        PostgresJournal there = open(url);
        var _ =
            here.watch(
                run -> {
                  if (isFirst.getAndSet(false)) {
                    throw new IllegalStateException("not in order");
                  }
                  heard.countDown();
                });
        JournalWriter writer = there.create("r", "me")) {
      do {
        writer.append(said("a"));
      } while (!heard.await(100, TimeUnit.MILLISECONDS));
    }
    assertThat(notes).anyMatch(note -> note.contains("not in order"));
  }

  @Test
  void anOwnerOnAnotherMachineLivesAsLongAsItSaysSo() {
    String url = server().newDatabase();
    try (PostgresJournal journal = open(url)) {
      journal.create("r", "me");
      sql(
          url,
          "UPDATE executions SET holder = '1@elsewhere/1';"
              + " INSERT INTO holders VALUES ('1@elsewhere/1', clock_timestamp())");
      assertThatThrownBy(() -> journal.claim("r", "you"))
          .hasMessageContaining("E502")
          .hasMessageContaining("1@elsewhere");
      sql(url, "DELETE FROM holders WHERE name = '1@elsewhere/1'");
      journal.claim("r", "you").close();
    }
  }

  @Test
  void aServerThatTakesNoWritesAndAFullDiskStopTheRunWithTheirOwnCodes() {
    String[][] faults = {{"E510", "25006"}, {"E506", "53100"}, {"E506", "58030"}};
    for (String[] fault : faults) {
      String url = server().newDatabase();
      var notes = new ArrayList<String>();
      try (PostgresJournal journal = open(url, notes::add)) {
        JournalWriter writer = journal.create("r", "me");
        writer.append(said("a"));
        // The server's own answer, raised where a full disk would raise it.
        sql(
            url,
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
                + " USING ERRCODE = '"
                + fault[1]
                + "'; END $$; CREATE TRIGGER t BEFORE INSERT ON entries EXECUTE FUNCTION refuse()");
        assertCode(fault[0], () -> writer.append(said("b")));
        sql(url, "DROP TRIGGER t ON entries");
        assertCode("E505", () -> writer.append(said("the writer is used up")));
        writer.close();
        try (JournalWriter next = journal.claim("r", "me")) {
          next.append(said("b"));
        }
        assertThat(journal.read("r")).hasSize(2);
        assertThat(notes).as("nobody waited").isEmpty();
      }
    }
  }

  @Test
  void aDatabaseThatWasSetReadOnlyIsNamedSo() {
    String url = server().newDatabase();
    String name = PostgresServer.name(url);
    server().sql("postgres", "ALTER DATABASE " + name + " SET default_transaction_read_only = on");
    assertCode("E510", () -> open(url));
  }

  @Test
  void aWrongPasswordAMissingDatabaseAndASilentPortAreToldApartAndNoneTellsThePassword() {
    String url = server().newDatabase();
    String secret = "s3cret-of-nobody";
    String wrong = url.replace(server().password(), secret);
    assertCode("E531", () -> open(wrong));
    assertCode("E533", () -> open(server().url("nothing_here")));
    String silent = wrong.replace(":" + server().port() + "/", ":1/");
    assertCode("E530", () -> open(silent));
    for (ThrowingCallable call : List.<ThrowingCallable>of(() -> open(wrong), () -> open(silent))) {
      assertThatThrownBy(call)
          .satisfies(e -> assertThat(everythingIn(e)).doesNotContain(secret).contains("127.0.0.1"));
    }
  }

  @Test
  void somebodyElsesTablesInTheSameDatabaseAreNotTouched() {
    String url = server().newDatabase();
    String name = PostgresServer.name(url);
    server().sql(name, "CREATE TABLE entries(x int); INSERT INTO entries VALUES (7)");
    try (PostgresJournal journal = open(url);
        JournalWriter writer = journal.create("r", "me")) {
      writer.append(said("a"));
    }
    assertThat(server().sql(name, "SELECT x FROM public.entries")).isEqualTo("7");
  }

  private static PostgresJournal readOnly(String url) {
    return PostgresJournal.openReadOnly(PostgresUrl.parse(url), InstantSource.system());
  }

  private static String everythingIn(Throwable e) {
    var text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    Problem problem = ((ProblemException) e).problem();
    return text + "\n" + problem;
  }

  static List<JournalEntry> said(String... texts) {
    return List.of(texts).stream().<JournalEntry>map(UserMessage::new).toList();
  }

  static void assertCode(String code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).as(e.toString()).isEqualTo(code));
  }
}
