package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PermissionsCommandTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/cli/permissions.txt");

  private final StringBuilder story = new StringBuilder();

  @TempDir private Path folder;

  @Test
  void whatTheRulesSayOfACallIsToldAsItWasReviewed() throws IOException {
    Files.createDirectory(folder.resolve("workspace"));
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        permissions:
          mode: allow-edits
          allow:
            - execute(git status *)
            - rule: execute(git log *)
              matches: [git log -1]
              never: [git push]
          ask: [execute(git push *)]
          deny:
            - execute(rm *)
            - read(secrets/**)
        """);
    told(0, "list");
    told(0, "list", "--json", "--permission-mode", "plan");
    told(0, "explain", "git status -s && git log -1");
    told(7, "explain", "git status; rm -r target");
    told(7, "explain", "git push origin");
    told(7, "explain", "--allow", "execute", "echo $(id)");
    told(0, "explain", "--allow", "execute(make *)", "make test && git status");
    told(7, "explain", "--tool", "read_file", "secrets/key.txt");
    told(0, "explain", "--tool", "write_file", "src/A.java");
    told(7, "explain", "--permission-mode", "plan", "--tool", "write_file", "src/A.java");
    told(7, "explain", "--json", "git status; rm x > out.txt");
    told(2, "explain");
    told(2, "explain", "--tool", "raed_file", "x");
    told(3, "list", "--deny", "execute(rm");
    Golden.assertMatches(GOLDEN, story.toString());
  }

  private void told(int status, String first, String... words) {
    Shell shell = new Shell(folder);
    Stream<String> place =
        first.equals("list")
            ? Stream.of()
            : Stream.of("--workspace", folder.resolve("workspace").toString());
    String[] all =
        Stream.of(Stream.of("permissions", first), place, Arrays.stream(words))
            .flatMap(part -> part)
            .toArray(String[]::new);
    int given = shell.stigmer(all);
    String shown = "$ stigmer permissions " + first + " " + String.join(" ", words) + "\n";
    String printed = (shell.out() + shell.err()).replace(folder.toString(), "HOME");
    story.append(shown).append(printed).append("exit ").append(given).append("\n\n");
    assertThat(given).as(shown + printed).isEqualTo(status);
  }
}
