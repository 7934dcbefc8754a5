package ai.stigmer.store.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
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
  void aKeyFileIsMadeOnceAndRefusedWhenOthersCanReadIt() throws IOException {
    Path file = folder.resolve("server.key");
    var _ = Vault.in(file);
    String key = Files.readString(file);
    var _ = Vault.in(file);

    assertThat(Files.readString(file)).isEqualTo(key);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> Vault.in(file)).hasMessageContaining("E552");
  }
}
