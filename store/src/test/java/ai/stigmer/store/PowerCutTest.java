package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.crash.DiskOperation;
import ai.stigmer.testkit.crash.DiskTrace;
import ai.stigmer.testkit.crash.JournalImageCheck;
import ai.stigmer.testkit.crash.JournalInFolder;
import ai.stigmer.testkit.crash.JournalWorkload;
import ai.stigmer.testkit.crash.PowerCuts;
import ai.stigmer.testkit.crash.PowerCuts.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a power cut can leave of the journal, built from the writes and flushes of a real process.
 * Each way of breaking the promise on purpose is seen.
 */
class PowerCutTest {
  private static final int IMAGES = 20_000;
  private static final int MUTANT_IMAGES = 1_500;
  private static final int THREADS = 2;
  private static final long SEED = 20_261_121;

  @TempDir Path home;

  @BeforeEach
  void needStrace() {
    RealComponents.requireStrace();
  }

  @Test
  void noPowerCutDamagesTheJournalOrLosesWhatWasAcknowledged() throws Exception {
    DiskTrace trace = trace(Sound.class);
    assertThat(trace.operations())
        .hasAtLeastOneElementOfType(DiskOperation.Sync.class)
        .hasAtLeastOneElementOfType(DiskOperation.SyncFolder.class)
        .hasAtLeastOneElementOfType(DiskOperation.Truncate.class)
        .hasAtLeastOneElementOfType(DiskOperation.Unlink.class);
    assertThat(trace.operations().stream().filter(DiskOperation.Said.class::isInstance).count())
        .isGreaterThan(80);
    Report report = judge(trace, IMAGES);
    assertThat(report.failures()).isEmpty();
    assertThat(report).isEqualTo(new Report(IMAGES, 0, List.of()));
  }

  @Test
  void aJournalThatDoesNotFlushItsCommitsIsCaught() throws Exception {
    assertCaught(trace(Normal.class), "promised");
  }

  @Test
  void aJournalThatNeverFlushesIsCaught() throws Exception {
    assertCaught(trace(Off.class), "E503");
  }

  @Test
  void aPromiseBeforeTheCommitIsCaught() throws Exception {
    DiskTrace trace = trace(Sound.class);
    List<DiskOperation> early =
        trace.operations().stream().flatMap(PowerCutTest::promisedWhenTried).toList();
    assertCaught(new DiskTrace(early, trace.names(), trace.start()), "promised");
  }

  private static Stream<DiskOperation> promisedWhenTried(DiskOperation each) {
    return each instanceof DiskOperation.Said(String line) && line.contains("trying")
        ? Stream.of(each, new DiskOperation.Said(line.replace("trying", "appended")))
        : Stream.of(each);
  }

  @Test
  void aDiskThatForgetsToFlushTheLogIsCaught() throws Exception {
    DiskTrace trace = trace(Sound.class);
    assertCaught(trace.without(sync(trace, "stigmer.db-wal")), "promised");
  }

  @Test
  void aCheckpointThatIsNotFlushedIsCaught() throws Exception {
    DiskTrace trace = trace(Sound.class);
    assertCaught(trace.without(sync(trace, "stigmer.db")), "");
  }

  @Test
  void aFolderThatIsNotFlushedIsCaught() throws Exception {
    DiskTrace trace = trace(Sound.class);
    assertCaught(trace.without(DiskOperation.SyncFolder.class::isInstance), "gone");
  }

  private static Predicate<DiskOperation> sync(DiskTrace trace, String file) {
    return each -> each instanceof DiskOperation.Sync && trace.fileOf(each).equals(file);
  }

  private static void assertCaught(DiskTrace trace, String word) throws Exception {
    Report report = judge(trace, MUTANT_IMAGES);
    assertThat(report.failed()).isGreaterThan(10);
    assertThat(report.failures()).anySatisfy(failure -> assertThat(failure).contains(word));
  }

  private static Report judge(DiskTrace trace, int images) throws Exception {
    var check = new JournalImageCheck(new Sound());
    return new PowerCuts(trace, SEED, check).judge(0, images, THREADS);
  }

  private DiskTrace trace(Class<? extends JournalInFolder> journal) throws Exception {
    Path folder = Files.createDirectories(home.resolve(journal.getSimpleName()));
    return DiskTrace.record(
        folder, JournalWorkload.command(Workload.class, journal, folder, 3, 20, SEED));
  }

  /** The process that is recorded. */
  static final class Workload {
    private Workload() {}

    public static void main(String[] args) throws ReflectiveOperationException {
      JournalWorkload.run(args, System.out);
    }
  }

  /** The journal as it is. */
  public static class Sound implements JournalInFolder {
    @Override
    public Journal open(Path folder) {
      return SqliteJournal.open(folder.resolve("stigmer.db"), InstantSource.system());
    }

    @Override
    public void maintain(Path folder) {
      try (Connection connection = Database.open(folder.resolve("stigmer.db"))) {
        Database.execute(connection, "PRAGMA wal_checkpoint(PASSIVE)");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The journal with a hostile setting. */
  public abstract static class Hostile extends Sound {
    private final String synchronous;

    Hostile(String synchronous) {
      this.synchronous = synchronous;
    }

    @Override
    public Journal open(Path folder) {
      Path file = folder.resolve("stigmer.db");
      NativeLibrary.load(folder);
      try {
        Connection connection = Database.open(file);
        Database.execute(connection, "PRAGMA synchronous=" + synchronous);
        return new SqliteJournal(
            file,
            InstantSource.system(),
            Owners.ALIVE,
            Database.openReadOnly(file),
            new GroupCommit(file, connection));
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void maintain(Path folder) {}
  }

  /** Flushes at checkpoints only. */
  public static final class Normal extends Hostile {
    public Normal() {
      super("NORMAL");
    }
  }

  /** Flushes nothing. */
  public static final class Off extends Hostile {
    public Off() {
      super("OFF");
    }
  }
}
