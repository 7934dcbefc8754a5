package ai.stigmer.graphton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The profile for macOS, as it was reviewed; only macOS itself can run it. */
class SeatbeltTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/graphton/sandbox/");

  @Test
  void theProfileIsAsItWasReviewed() throws IOException {
    for (Network network : List.of(Network.NONE, Network.OPEN)) {
      var policy =
          new SandboxPolicy(
              Path.of("/Users/me/a project (1)"),
              Path.of("/Users/me"),
              List.of(Path.of("/Users/me/.stigmer")),
              List.of(Path.of("/Users/me/.sdkman")),
              network,
              Limits.DEFAULT,
              Map.of());
      Path file =
          GOLDEN.resolve("seatbelt-" + (network.equals(Network.OPEN) ? "open" : "none") + ".sb");
      String profile = new Seatbelt(policy).profile();
      if ("update".equals(System.getProperty("stigmer.golden"))) {
        Files.createDirectories(GOLDEN);
        Files.writeString(file, profile);
      }
      assertThat(profile).isEqualTo(Files.readString(file));
    }
  }
}
