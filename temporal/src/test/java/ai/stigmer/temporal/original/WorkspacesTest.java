package ai.stigmer.temporal.original;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspacesTest {
  @TempDir Path folder = Path.of("");
  private Workspaces workspaces = new Workspaces(folder);

  @BeforeEach
  void root() {
    workspaces = new Workspaces(folder.resolve("root"));
  }

  @Test
  void aFolderThatWasMadeHereIsRemovedWithAllThatIsInIt() throws IOException {
    Path made = workspaces.of("thread-ses_1");
    Files.createDirectories(made.resolve("a/b"));
    Files.writeString(made.resolve("a/b/c"), "x");
    Path outside = Files.writeString(folder.resolve("outside"), "kept");
    Files.createSymbolicLink(made.resolve("link"), folder);

    assertThat(workspaces.remove("thread-ses_1")).isTrue();

    assertThat(made).doesNotExist();
    assertThat(outside).hasContent("kept");
    assertThat(workspaces.remove("thread-ses_1")).isFalse();
  }

  @Test
  void aFolderOfSomebodyElseIsUsedAndNeverRemoved() throws IOException {
    Path theirs = Files.createDirectories(folder.resolve("root/theirs"));

    assertThat(workspaces.of("theirs")).isEqualTo(theirs);

    assertThat(workspaces.remove("theirs")).isFalse();
    assertThat(theirs).isDirectory();
  }

  @Test
  void aLinkInThePlaceOfAFolderIsNotFollowed() throws IOException {
    Path made = workspaces.of("t1");
    Files.delete(made);
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(made, elsewhere);

    assertThat(workspaces.remove("t1")).isFalse();

    assertThat(elsewhere).isDirectory();
    assertThatThrownBy(() -> workspaces.of("t1")).isInstanceOf(ProblemException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "", "a/b", "../root", ".made-by-stigmer", "a\0b", "-rf"})
  void whatNamesNoFolderOfAConversationIsRefusedAndNotRemoved(String name) throws IOException {
    var _ = workspaces.of("t1");

    assertThatThrownBy(() -> workspaces.of(name))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo("E597"));
    assertThat(workspaces.remove(name)).isFalse();
    assertThat(folder.resolve("root/t1")).isDirectory();
  }

  @Test
  void nothingIsRemovedForNoName() throws IOException {
    assertThat(workspaces.remove(null)).isFalse();
  }
}
