package ai.stigmer.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledTest {
  @TempDir Path folder = Path.of("");

  @Test
  void noProcessOfAServerOutlivesAKilledStigmer() throws Exception {
    // Given
    Files.createFile(folder.resolve("log"));
    Process holding =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldingMain.class.getName(),
                folder.toString())
            .redirectError(folder.resolve("err").toFile())
            .start();
    String pids =
        String.valueOf(
            new BufferedReader(
                    new InputStreamReader(holding.getInputStream(), StandardCharsets.UTF_8))
                .readLine());
    assertThat(pids).as(Files.readString(folder.resolve("err"))).matches("\\d+ \\d+");

    // When
    holding.destroyForcibly().waitFor();

    // Then
    for (String pid : pids.split(" ", -1)) {
      MisbehaviourTest.awaitEnd(Long.parseLong(pid));
    }
  }
}
