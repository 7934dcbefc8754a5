package ai.stigmer.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reviewed files that tests compare with. {@code -Dstigmer.golden=update} writes them anew; read
 * the difference before you commit it.
 */
public final class Golden {
  private Golden() {}

  /**
   * Compares the text with the file, or writes the file when the property is set.
   *
   * @throws AssertionError when they differ
   * @throws IOException when the file cannot be read or written
   */
  public static void assertMatches(Path file, String actual) throws IOException {
    if ("update".equals(System.getProperty("stigmer.golden"))) {
      Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as("%s; accept it with -Dstigmer.golden=update and read the diff", file)
        .isEqualTo(Files.readString(file));
  }
}
