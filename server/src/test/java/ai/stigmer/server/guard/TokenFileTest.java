package ai.stigmer.server.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
  private static final String TOKEN = "canary-".repeat(6);

  @TempDir Path folder = Path.of("");

  @Test
  void aTokenThatOthersCanReadOrThatIsShortIsRefusedAndNotTold() throws IOException {
    assertThatThrownBy(() -> TokenFile.in(file(TOKEN, "rw-r--r--")))
        .hasMessageContaining("E562")
        .hasMessageNotContaining("canary");
    assertThatThrownBy(() -> TokenFile.in(file("canary", "rw-------")))
        .hasMessageContaining("E562")
        .hasMessageNotContaining("canary");
    assertThat(TokenFile.in(file(TOKEN, "rw-------"))).isNotNull();
  }

  private Path file(String text, String mode) throws IOException {
    Path file = folder.resolve("token");
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
