package ai.stigmer.store.resource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VaultTest {
  private static final String KEY = "c2l4dGVlbiBieXRlcyBpcyB0b28gZmV3";

  @TempDir Path folder = Path.of("");

  private static Problem refused(ThrowingCallable call) {
    Problem problem = catchThrowableOfType(ProblemException.class, call).problem();
    assertThat(problem.code()).isEqualTo("E552");
    return problem;
  }

  @ParameterizedTest
  @ValueSource(strings = {"not Base64!", KEY, ""})
  void aVariableWithoutAKeyIsNamedAndToldHowToMakeOne(String value) {
    Problem problem = refused(() -> Vault.of(value, "STIGMER_SERVER_KEY"));

    assertThat(problem.from()).containsExactly("STIGMER_SERVER_KEY");
    assertThat(String.join("\n", problem.help()))
        .contains("openssl rand -base64 32", "the key that the server had")
        .doesNotContain("chmod");
    assertThat(problem.message() + problem.help()).doesNotContain("not Base64!", KEY);
  }

  @Test
  void aFileWithoutAKeyIsNotToldAboutRights() throws IOException {
    Path file = folder.resolve("server.key");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    for (byte[] content : new byte[][] {KEY.getBytes(UTF_8), {}, {(byte) 0xff, 0, 1}}) {
      Files.write(file, content);
      Problem problem = refused(() -> Vault.in(file));

      assertThat(problem.from()).containsExactly(file.toString());
      assertThat(String.join("\n", problem.help()))
          .contains("put your copy of the file back", "rm " + file)
          .doesNotContain("chmod");
      assertThat(problem.message() + problem.help()).doesNotContain(KEY);
    }
  }

  @Test
  void aFileThatOthersCanReadIsToldAboutRightsAlone() throws IOException {
    Path file = folder.resolve("server.key");
    var _ = Vault.in(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThat(refused(() -> Vault.in(file)).help())
        .containsExactly("give the file to its owner only: chmod 600 " + file);
  }
}
