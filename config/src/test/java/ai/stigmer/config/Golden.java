package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reviewed files that tests compare with; {@code -Dstigmer.golden=update} rewrites them. */
final class Golden {
  private Golden() {}

  static void assertMatches(Path file, String actual) throws IOException {
    if ("update".equals(System.getProperty("stigmer.golden"))) {
      Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as("%s; accept it with -Dstigmer.golden=update and read the diff", file)
        .isEqualTo(Files.readString(file));
  }
}
