package ai.stigmer.store.resource;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resources in a SQLite file. */
class SqliteResourcesTest extends ResourceContract {
  @TempDir Path folder = Path.of("");

  @Override
  ResourceStore open(Vault vault) {
    return Resources.sqlite(folder.resolve("server.db"), vault);
  }

  @Override
  String raw() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("server.db"))
          .map(SqliteResourcesTest::text)
          .collect(Collectors.joining());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theFileAndItsLogAreReadableForTheirOwnerOnly() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(one -> one.toString().contains("server.db")).toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void aKeyFileIsMadeOnceForItsOwnerOnly() throws IOException {
    Path file = folder.resolve("server.key");
    var _ = Vault.in(file);
    String key = Files.readString(file);
    var _ = Vault.in(file);

    assertThat(Files.readString(file)).isEqualTo(key);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void whoReadsDoesNotWaitForThoseWhoWaitToWrite() throws Exception {
    List<Thread> writers;
    try (ResourceStore store = open(ResourceContract.vault('a'));
        Connection other =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("server.db"));
        Statement statement = other.createStatement()) {
      Resource known = ResourceContract.resource("agt_0", "Agent", "known");
      store.insert(known);
      statement.execute("BEGIN IMMEDIATE"); // As another process that writes just now.

      writers =
          IntStream.rangeClosed(1, 8)
              .mapToObj(i -> ResourceContract.resource("agt_" + i, "Agent", "new" + i))
              .map(one -> Thread.ofPlatform().daemon().start(() -> store.insert(one)))
              .toList();
      Await.until(
          "all writers but one wait without a connection",
          () -> writers.stream().filter(SqliteResourcesTest::isParked).count() == 7);

      assertThat(store.find("Agent", "agt_0")).contains(known);
      assertThat(writers).allMatch(Thread::isAlive);

      statement.execute("COMMIT");
      for (Thread writer : writers) {
        writer.join();
      }
      assertThat(store.list(ResourceStore.Query.of("Agent")).total()).isEqualTo(9);
    }
  }

  private static boolean isParked(Thread thread) {
    return thread.getState() == Thread.State.WAITING;
  }
}
