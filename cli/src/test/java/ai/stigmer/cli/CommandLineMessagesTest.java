package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.Golden;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says of itself and of what was typed wrongly, word for word. */
class CommandLineMessagesTest {
  private static final Path FOLDER = Path.of("src/test/resources/ai/stigmer/cli");

  private final StringBuilder story = new StringBuilder();

  @TempDir Path home = Path.of("");

  @Test
  void theHelpOfEveryCommandIsAsItWasReviewed() throws IOException {
    help("--help");
    for (String command : Commands.NAMES) {
      help(command, "--help");
    }
    for (String part : "explain check list get set unset path edit".split(" ")) {
      help("config", part, "--help");
    }
    for (String part : "list show export".split(" ")) {
      help("sessions", part, "--help");
    }
    for (String part : "check backup prune stats".split(" ")) {
      help("store", part, "--help");
    }
    Golden.assertMatches(FOLDER.resolve("help-pages.txt"), story.toString());
  }

  @Test
  void everyWrongCommandLineIsAnsweredAsItWasReviewed() throws IOException {
    refused("E001", "run", "--bogus");
    refused("E001", "run", "--temprature", "0.5", "hi");
    refused("E001", "run", "--max-tokens");
    refused("E001", "run", "--output", "xml", "hi");
    refused("E001", "sessions");
    refused("E001", "sessions", "lst");
    refused("E001", "config", "set", "llm.model");
    refused("E001", "resume");
    refused("E001", "store");
    refused("E001", "store", "prune");
    refused("E001", "store", "prune", "--keep", "-1");
    refused("E001", "store", "prune", "--older-than", "soon");
    refused("E001", "store", "prune", "--max-size", "9000000TB");
    refused("E001", "worker", "--grace", "-1");
    refused("E001", "worker", "--grace", "30s");
    refused("E001", "store", "check", "--output", "xml");
    refused("E522", "store", "backup", "copy.db");
    refused("E002", "sesions");
    refused("E002", "fly");
    refused("E003", "explain", "E999");
    refused("E003", "explain", "bananas");
    refused("E004", "run");
    refused("E004", "run", "-p", "one", "two");
    refused("E004", "run", "-p", " ");
    refused("E005", shell().pipe("x".repeat((1 << 20) + 1)), "run", "read this");
    refused("E513", "resume", "20261121-101010-abcd");
    refused("E513", "sessions", "show", "last");
    refused("E001", "fork", "last");
    refused("E513", "replay", "last");
    refused("E513", "fork", "last", "--at", "1");
    refused("E513", "export-test", "last");
    Golden.assertMatches(FOLDER.resolve("refused.txt"), story.toString());
  }

  private void help(String... words) {
    Shell shell = shell();
    assertThat(shell.stigmer(words)).as(String.join(" ", words)).isZero();
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out().lines()).allMatch(line -> line.length() <= 100);
    story.append("$ stigmer ").append(String.join(" ", words)).append('\n');
    story.append(shell.out()).append('\n');
  }

  private void refused(String code, String... words) {
    refused(code, shell(), words);
  }

  private void refused(String code, Shell shell, String... words) {
    int status = shell.stigmer(words);
    story.append("$ stigmer ").append(String.join(" ", words)).append('\n');
    story.append(shell.err().replace(home.toString(), "<home>"));
    story.append("exit ").append(status).append("\n\n");
    assertThat(shell.err()).contains("error[" + code + "]");
    assertThat(shell.out()).isEmpty();
  }

  private Shell shell() {
    return new Shell(home);
  }
}
