package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnersTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path home;

  @Test
  void aRunIsRefusedByNameToOtherProcessesUntilItsOwnerDies() throws IOException {
    // Given
    Path file = home.resolve("stigmer.db");
    try (Child owner = Child.start("hold", file.toString())) {
      assertThat(owner.line()).isEqualTo("held");
      // When
      try (Child other = Child.start("claim", file.toString())) {
        // Then
        assertThat(other.line()).isEqualTo("E502");
        assertThat(other.line()).contains("holder (" + owner.pid() + "@");
      }
      try (var journal = SqliteJournal.open(file, CLOCK)) {
        assertThatThrownBy(() -> journal.claim("r", "me")).hasMessageContaining("E502");
        owner.kill();
        journal.claim("r", "me").close();
      }
      try (Child other = Child.start("claim", file.toString())) {
        assertThat(other.line()).isEqualTo("claimed 3");
      }
    }
  }

  @Test
  void thisProcessLives() {
    assertThat(Owners.ALIVE.test(Owners.current())).isTrue();
  }

  @Test
  void aLaterProcessWithTheSameNumberIsNotTheOwner() {
    String me = Owners.current();
    String start = me.substring(me.lastIndexOf('/') + 1);
    String[] others = {"0", start + "0", "x" + start, start.substring(1)};
    for (String other : others) {
      String earlier = me.substring(0, me.lastIndexOf('/') + 1) + other;
      assertThat(Owners.ALIVE.test(earlier)).as(earlier).isFalse();
    }
  }

  @Test
  void anOwnerWhoseStartNobodyCouldTellIsTakenForTheProcessOfThatNumber() {
    String me = Owners.current();
    assertThat(Owners.ALIVE.test(me.substring(0, me.lastIndexOf('/') + 1))).isTrue();
  }

  @Test
  void whatIsOnAnotherHostOrNoNameIsNotAlive() {
    String me = Owners.current();
    String[] names = {
      me.replaceFirst("@.*/", "@elsewhere.example/"),
      me.replaceFirst("^\\d+", "999999999999999999999"),
      me.replaceFirst("^\\d+", "x"),
      "@" + me,
      "",
      "/",
      "@/"
    };
    for (String name : names) {
      assertThat(Owners.ALIVE.test(name)).as(name).isFalse();
    }
  }

  @Test
  void aProcessThatHasEndedIsDeadAlsoBeforeItIsBuried() throws IOException {
    // Given: a shell that does not wait for its child until it is told to.
    Process shell =
        new ProcessBuilder("sh", "-c", "sh -c 'echo $$; exit 0' & read line; wait").start();
    try (var out = shell.inputReader()) {
      long pid = Long.parseLong(out.readLine());
      String me = Owners.current();
      String name = me.replaceFirst("^\\d+", String.valueOf(pid)).replaceFirst("/.*", "/");
      // When, then: it ends on its own, at some time.
      while (Owners.ALIVE.test(name)) {
        Thread.onSpinWait();
      }
      assertThat(Owners.ALIVE.test(name)).isFalse();
    } finally {
      shell.destroyForcibly();
    }
  }
}
