package ai.stigmer.server.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NewestEntriesTest {
  private final InMemoryJournal journal = new InMemoryJournal(InstantSource.system());
  private final JournalWriter writer = journal.create("r", "me");

  /** The places from which the journal was read. */
  private final List<Long> looks = new ArrayList<>();

  private final NewestEntries newest =
      new NewestEntries(
          after -> {
            looks.add(after);
            return journal.read("r", after);
          });

  @BeforeEach
  void twoEntries() {
    append(2);
  }

  @Test
  void manyReadersCostOneLookAtTheJournalForEachTimeThatItGrows() {
    for (int reader = 0; reader < 10; reader++) {
      assertThat(seqs(newest.behind(0))).containsExactly(1L, 2L);
    }
    append(1);
    for (int reader = 0; reader < 10; reader++) {
      assertThat(seqs(newest.behind(2))).containsExactly(3L);
    }
    assertThat(looks).containsExactly(0L, 2L);
  }

  @Test
  void aReaderWhoIsAheadOfTheOthersGetsNothingTwice() {
    assertThat(seqs(newest.behind(1))).containsExactly(2L);
    assertThat(newest.behind(2)).isEmpty();
    assertThat(newest.behind(5)).isEmpty();
  }

  @Test
  void whoIsFarBehindReadsTheJournalAndMissesNothing() {
    assertThat(newest.behind(2)).isEmpty();
    append(2 * NewestEntries.MOST);

    assertThat(newest.behind(2)).hasSize(2 * NewestEntries.MOST);
    assertThat(seqs(newest.behind(0))).hasSize(2 * NewestEntries.MOST + 2).startsWith(1L, 2L, 3L);
    assertThat(seqs(newest.behind(NewestEntries.MOST))).hasSize(NewestEntries.MOST + 2);
    assertThat(looks).containsExactly(2L, 2L, 0L, (long) NewestEntries.MOST);
  }

  @Test
  void aLookThatFailedIsMadeAgainByTheNextReader() {
    var fails = new AtomicBoolean();
    var shaky =
        new NewestEntries(
            after -> {
              if (fails.getAndSet(false)) {
                throw new IllegalStateException("the database is away");
              }
              return journal.read("r", after);
            });
    assertThat(seqs(shaky.behind(0))).containsExactly(1L, 2L);
    append(1);
    shaky.grown();
    fails.set(true);
    assertThatThrownBy(() -> shaky.behind(2)).hasMessage("the database is away");

    assertThat(seqs(shaky.behind(2))).containsExactly(3L);
  }

  private void append(int count) {
    for (int i = 0; i < count; i++) {
      writer.append(List.of(new JournalEntry.UserMessage("hello")));
    }
    newest.grown();
  }

  private static List<Long> seqs(List<Recorded> entries) {
    return entries.stream().map(Recorded::seq).toList();
  }
}
