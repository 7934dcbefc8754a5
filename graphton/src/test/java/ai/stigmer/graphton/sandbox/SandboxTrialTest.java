package ai.stigmer.graphton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs in bubblewrap's place that do not do what it does. */
class SandboxTrialTest {
  @TempDir Path folder = Path.of("");

  @BeforeEach
  void onLinuxOnly() {
    assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "SKIPPED: this is not Linux");
  }

  @Test
  void aProgramThatFailsIsNoSandboxAndItsWordsAreTold() throws IOException {
    assertThat(tried("echo 'setting up uid map: Permission denied' >&2; exit 1"))
        .isInstanceOfSatisfying(
            Sandbox.Found.Missing.class,
            missing -> {
              assertThat(missing.reason()).contains("setting up uid map: Permission denied");
              assertThat(missing.help().toString()).contains("AppArmor");
            });
  }

  @Test
  void aProgramThatKeepsNothingInIsNoSandbox() throws IOException {
    assertThat(tried("while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\""))
        .isInstanceOf(Sandbox.Found.Missing.class);
  }

  @Test
  void aProgramThatSaysNothingIsNoSandbox() throws IOException {
    assertThat(tried("exit 0"))
        .isInstanceOfSatisfying(
            Sandbox.Found.Missing.class,
            missing -> assertThat(missing.reason()).contains("it printed nothing"));
  }

  @Test
  void aWorkspaceThatHoldsTheHomeIsNotConfined() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home")).toRealPath();
    Path above = folder.toRealPath();
    assertThatThrownBy(() -> new Bubblewrap(Path.of("/bin/true"), policy(above, home)))
        .hasMessageContaining("holds your whole home");
    assertThatThrownBy(() -> new Bubblewrap(Path.of("/bin/true"), policy(Path.of("/"), home)))
        .hasMessageContaining("holds your whole home");
    assertThatThrownBy(() -> new Bubblewrap(Path.of("/bin/true"), policy(Path.of("/proc"), home)))
        .hasMessageContaining("lies in /proc");
  }

  @Test
  void aProtectedNameThatIsALinkIsNotConfined() throws IOException {
    for (String name : List.of(".git", ".vscode", ".env")) {
      Path root = Files.createDirectory(folder.resolve("ws" + name)).toRealPath();
      Files.createSymbolicLink(root.resolve(name), folder);
      var sandbox = new Bubblewrap(Path.of("/bin/true"), policy(root, Path.of("/home")));
      assertThatThrownBy(() -> sandbox.wrap(List.of("true")))
          .hasMessageContaining("\"" + name + "\" is protected and is a link");
    }
  }

  private Sandbox.Found tried(String script) throws IOException {
    Path program = folder.resolve("bwrap");
    Files.writeString(program, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path root = Files.createDirectory(folder.resolve("ws")).toRealPath();
    return Sandbox.tried(new Bubblewrap(program, policy(root, Path.of("/home"))));
  }

  static SandboxPolicy policy(Path workspace, Path home) {
    return new SandboxPolicy(
        workspace,
        home,
        List.of(),
        List.of(),
        Network.NONE,
        Limits.DEFAULT,
        CommandEnvironment.of(Map.of("PATH", "/usr/bin:/bin"), workspace));
  }
}
