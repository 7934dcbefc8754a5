package ai.stigmer.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What commands do with a journal or a run that is not as it should be. */
class BadInputTest extends RunOnALaptop {
  private static final Answer SAYS = Answer.text("needle-4711");

  @Test
  void aByteThatWasFlippedIsToldAndNothingGoesOnFromIt() throws IOException {
    // Given
    run(0, List.of(), WRITES, SAYS);
    String bytes = Files.readString(database(), ISO_8859_1);
    assertThat(bytes).contains("needle-4711");
    Files.writeString(database(), bytes.replace("needle-4711", "needle-4712"), ISO_8859_1);
    // Then
    assertThat(shell.stigmer("sessions", "show", "last")).isNotZero();
    assertThat(shell.err()).contains("E503").doesNotContain("E90");
    assertThat(shell.stigmer("resume", "last")).isNotZero();
    assertThat(shell.err()).contains("E503").doesNotContain("E90");
    assertThat(shell.stigmer("store", "check")).isEqualTo(1);
    assertThat(server.chats()).hasSize(2);
  }

  @Test
  void aFileThatLostItsEndIsRefusedAndLeftAlone() throws IOException {
    // Given
    run(0, List.of(), WRITES, SAYS);
    byte[] half = Arrays.copyOf(Files.readAllBytes(database()), 8_192);
    Files.write(database(), half);
    // Then
    assertThat(shell.stigmer("sessions", "list")).isNotZero();
    assertThat(shell.err()).contains("E503", database().toString()).doesNotContain("E90");
    assertThat(Files.readAllBytes(database())).isEqualTo(half);
  }

  @Test
  void aJournalOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
    // Given
    run(0, List.of(), SAYS);
    change("PRAGMA user_version = 99");
    byte[] before = Files.readAllBytes(database());
    // Then
    assertThat(shell.stigmer("sessions", "list")).isNotZero();
    assertThat(shell.err()).contains("E508").doesNotContain("E90");
    assertThat(shell.stigmer("run", "--workspace", workspace.toString(), "go")).isNotZero();
    assertThat(shell.err()).contains("E508");
    assertThat(Files.readAllBytes(database())).isEqualTo(before);
  }

  @Test
  void aRunThatIsGoneIsNamedAndNoOtherGoesOnInItsPlace() {
    // Given
    run(7, List.of("--when-absent", "wait"), command("touch made"), DONE);
    assertThat(shell.stigmer("sessions", "list")).isZero();
    String id = shell.out().strip().split("\\s", 2)[0];
    assertThat(shell.stigmer("store", "prune", "--keep", "0")).isZero();
    // Then: what waits for somebody's word has not finished, so it stays.
    assertThat(shell.stigmer("approvals", "deny", id)).as(shell.err()).isZero();
    resume(0);
    assertThat(shell.stigmer("store", "prune", "--keep", "0")).isZero();
    assertThat(shell.stigmer("resume", id)).isEqualTo(2);
    assertThat(shell.err()).contains("E513");
    assertThat(shell.stigmer("approvals", "approve", id)).isEqualTo(2);
    assertThat(shell.err()).contains("E513");
    assertThat(workspace.resolve("made")).doesNotExist();
  }

  @Test
  void aRunThatHasFinishedGivesItsAnswerAgainAndAsksNobody() {
    // Given
    run(0, List.of(), WRITES, SAYS);
    // When
    resume(0);
    // Then
    assertThat(shell.out()).isEqualTo("needle-4711\n");
    assertThat(server.chats()).hasSize(2);
    assertThat(shell.stigmer("approvals", "approve", "last")).isNotZero();
    assertThat(shell.err()).containsAnyOf("E411", "E413").doesNotContain("E90");
  }

  private Path database() {
    return folder.resolve("home/stigmer.db");
  }

  private void change(String sql) throws SQLException {
    try (Connection connection =
            org.sqlite.JDBC.createConnection("jdbc:sqlite:" + database(), new Properties());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
