package ai.stigmer.store;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** Every message of the store, as its user reads it, in a reviewed file. */
class StoreMessagesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/store/messages.txt");
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;
  private Path file;
  private final StringBuilder told = new StringBuilder();

  @BeforeEach
  void nameTheFile() {
    file = home.resolve("stigmer.db");
  }

  @Test
  void everyMessageSaysWhatIsWrongWhereAndWhatToDo() throws Exception {
    tellOfRuns();
    tellOfDamage();
    tellOfSurroundings();
    Golden.assertMatches(GOLDEN, told.toString());
  }

  private void tellOfRuns() {
    try (var journal = SqliteJournal.open(file, CLOCK);
        var writer = journal.create("r", "me")) {
      writer.append(List.of(StoreMain.said("r", 1), StoreMain.said("r", 2)));
      tell("an unknown run", () -> journal.read("nope"));
      tell("a run that is there already", () -> journal.create("r", "me"));
      tell("a run whose owner lives", () -> journal.claim("r", "you"));
    }
    try (var journal = SqliteJournal.open(file, CLOCK, owner -> false)) {
      var first = journal.claim("r", "me");
      journal.claim("r", "you");
      tell("a run that was taken over", () -> first.append(List.of(StoreMain.said("r", 3))));
    }
    tell("an entry of a later version", () -> EntryCodec.decode("{\"type\":\"telepathy\"}"));
  }

  private void tellOfDamage() throws Exception {
    change("UPDATE entries SET body = replace(body, 'r/2', 'r/9')");
    try (var journal = open()) {
      tell("a changed entry", () -> journal.read("r"));
    }
    try (var journal = open();
        var writer = journal.create("long", "me")) {
      writer.append(List.of(StoreMain.longText("a")));
    }
    change("DELETE FROM blobs");
    try (var journal = open()) {
      tell("a lost long text", () -> journal.read("long"));
    }
    change("PRAGMA user_version=99");
    tell("a newer schema", this::open);
    change("PRAGMA user_version=" + Schema.PRESENT);
    change("PRAGMA application_id=7");
    tell("another program's database", this::open);
    Files.writeString(file, "This is a diary, not a journal. ".repeat(200));
    tell("another program's file", this::open);
    Files.writeString(file, "short");
    tell("a file that was cut", this::open);
    Files.writeString(file, "");
    Files.writeString(WriteAheadLog.of(file), "not empty");
    tell("a file that was emptied beside its log", this::open);
    Files.delete(file);
    Files.delete(WriteAheadLog.of(file));
    open().close();
    Files.writeString(WriteAheadLog.of(file), "no log at all ".repeat(100));
    tell("a log that was overwritten", this::open);
    Files.delete(WriteAheadLog.of(file));
    Files.delete(file);
    Files.createDirectory(file);
    tell("a folder in its place", this::open);
    Files.delete(file);
  }

  private void tellOfSurroundings() throws Exception {
    SqliteJournal.open(file, CLOCK).close();
    try (var reading = SqliteJournal.openReadOnly(file, CLOCK)) {
      tell("a journal opened for reading", () -> reading.create("r", "me"));
    }
    try (Connection other = Database.open(file)) {
      Database.execute(other, "PRAGMA locking_mode=EXCLUSIVE");
      Database.execute(other, "BEGIN EXCLUSIVE");
      tell("a journal that another program locks", this::open);
    }
    try (Connection connection = Database.open(file);
        var commit = new GroupCommit(file, connection)) {
      Database.execute(connection, "PRAGMA max_page_count=1");
      tell(
          "a full disk",
          () ->
              commit.commit(
                  c -> {
                    Database.execute(c, "CREATE TABLE more(x)");
                    return true;
                  }));
    }
    Path plain = Files.writeString(home.resolve("plain"), "");
    tell(
        "a file where the folder should be",
        () -> SqliteJournal.open(plain.resolve("stigmer.db"), CLOCK));
  }

  private SqliteJournal open() {
    return SqliteJournal.open(file, CLOCK);
  }

  private void change(String sql) throws Exception {
    try (Connection connection = JDBC.createConnection("jdbc:sqlite:" + file, new Properties())) {
      Database.execute(connection, sql);
    }
  }

  private void tell(String situation, ThrowingCallable call) {
    try {
      call.call();
    } catch (ProblemException e) {
      Problem problem = e.problem();
      told.append("== ").append(situation).append('\n');
      told.append(
          "%s %s, exit %d: %s%n"
              .formatted(
                  problem.code(),
                  problem.category(),
                  problem.category().exitStatus(),
                  problem.message()));
      problem.from().forEach(line -> told.append("  from: ").append(line).append('\n'));
      problem.help().forEach(line -> told.append("  help: ").append(line).append('\n'));
      anonymise();
      return;
    } catch (Throwable e) {
      throw new AssertionError(situation, e);
    }
    throw new AssertionError(situation + " was not refused");
  }

  /** Paths and processes differ from machine to machine. */
  private void anonymise() {
    String same =
        told.toString()
            .replace(home.toString(), "HOME")
            .replaceAll("\\(\\d+@[^)]*\\)", "(PID@HOST)");
    told.setLength(0);
    told.append(same);
  }
}
