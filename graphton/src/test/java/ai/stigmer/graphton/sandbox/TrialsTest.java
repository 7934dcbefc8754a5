package ai.stigmer.graphton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.sandbox.Sandbox.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialsTest {
  @TempDir Path folder = Path.of("");
  private int tried;
  private long nanos;
  private Found shown = new Found.Missing("not asked", List.of());
  private final Trials trials =
      new Trials(
          sandbox -> {
            tried++;
            return shown;
          },
          () -> nanos);

  @BeforeEach
  void real() throws IOException {
    folder = folder.toRealPath();
  }

  @Test
  void aTrialThatWorkedAnswersForOtherWorkspacesForTenSeconds() throws IOException {
    shown = new Found.Works(sandbox("a"));
    // When
    Found first = trials.of(policy("a"), sandbox("a"));
    Confinement other = sandbox("b");
    nanos += Duration.ofSeconds(10).toNanos() - 1;
    Found second = trials.of(policy("b"), other);
    // Then
    assertThat(first).isEqualTo(shown);
    assertThat(second).isEqualTo(new Found.Works(other));
    assertThat(tried).isEqualTo(1);
    // And: what was shown longer ago does not count.
    nanos += 1;
    var _ = trials.of(policy("b"), other);
    assertThat(tried).isEqualTo(2);
  }

  @Test
  void aTrialThatFailedAnswersForNobodyElse() throws IOException {
    shown = new Found.Missing("a link in the workspace a", List.of());
    assertThat(trials.of(policy("a"), sandbox("a"))).isEqualTo(shown);
    shown = new Found.Works(sandbox("b"));
    assertThat(trials.of(policy("b"), sandbox("b"))).isEqualTo(shown);
    assertThat(tried).isEqualTo(2);
  }

  @Test
  void aSandboxThatLetsMoreThroughIsTriedOnItsOwn() throws IOException {
    shown = new Found.Works(sandbox("a"));
    var _ = trials.of(policy("a"), sandbox("a"));
    SandboxPolicy open =
        new SandboxPolicy(
            policy("a").workspace(),
            Path.of("/home"),
            List.of(),
            List.of(),
            Network.OPEN,
            Limits.DEFAULT,
            Map.of());
    var _ = trials.of(open, sandbox("a"));
    var _ = trials.of(policy("a").writing(List.of(folder)), sandbox("a"));
    assertThat(tried).isEqualTo(3);
  }

  @Test
  void aWorkspaceThatASandboxCannotProtectIsRefusedWhateverAnotherTrialHasShown()
      throws IOException {
    shown = new Found.Works(sandbox("a"));
    var _ = trials.of(policy("a"), sandbox("a"));
    Files.createSymbolicLink(policy("b").workspace().resolve(".git"), folder);
    assertThat(trials.of(policy("b"), sandbox("b")))
        .isInstanceOfSatisfying(
            Found.Missing.class, missing -> assertThat(missing.reason()).contains("is a link"));
  }

  private Confinement sandbox(String workspace) throws IOException {
    return new Bubblewrap(Path.of("/bin/true"), policy(workspace));
  }

  private SandboxPolicy policy(String workspace) throws IOException {
    return SandboxTrialTest.policy(
        Files.createDirectories(folder.resolve(workspace)), Path.of("/home"));
  }
}
