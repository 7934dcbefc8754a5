package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.loop.Transcript;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.testkit.loop.DyingJournal.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Runs of every shape, broken off at every place, end as if nothing had happened. */
class CrashPropertyTest {

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void aRunThatDiedAtAnyAppendEndsAsAnUndisturbedOne(
      @ForAll("plays") Play play, @ForAll @IntRange(max = 12) int untilTheNextDeath) {
    // Given
    var undisturbed = new World(play);
    RunEnd end = undisturbed.live();
    // What an end leaves open is closed together with it.
    int appends = (int) undisturbed.entries().stream().filter(entry -> !isNotRun(entry)).count();
    for (int append = 1; append <= appends; append++) {
      for (Moment moment : Moment.values()) {
        // When
        var world = new World(play);
        int deaths = world.dieAt(moment, append) ? 1 : 0;
        if (hasBegun(world) && world.finalEnd() == null && untilTheNextDeath > 0) {
          deaths += world.dieAt(moment, untilTheNextDeath) ? 1 : 0;
        }
        // Then
        String where = moment + " append " + append + ", then " + untilTheNextDeath;
        assertThat(deaths).as(where).isPositive();
        assertEndsAlike(undisturbed, end, world, deaths, where);
      }
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aJournalMeansTheSameFoldedAtOnceOrEntryByEntryOrAfterBeingWrittenOut(
      @ForAll("plays") Play play) {
    // Given
    var world = new World(play);
    world.live();
    Transcript step = Transcript.EMPTY;
    List<JournalEntry> sofar = new ArrayList<>();
    for (JournalEntry entry : world.entries()) {
      // When
      step = step.plus(EntryCodec.decode(EntryCodec.encode(entry)));
      sofar.add(entry);
      // Then
      assertSame(step, fold(sofar));
    }
    assertSame(step, Transcript.of(world.journal.read(World.RUN)));
  }

  @Provide
  Arbitrary<Play> plays() {
    return Play.plays();
  }

  private static boolean isNotRun(JournalEntry entry) {
    return entry instanceof JournalEntry.ToolOutcome outcome
        && outcome.result().status() == ToolResult.Status.NOT_RUN;
  }

  /** A run that died before its first entry has no run to go on with. */
  private static boolean hasBegun(World world) {
    if (!world.entries().isEmpty()) {
      return true;
    }
    assertThatThrownBy(world::live).hasMessageContaining("E512");
    return false;
  }

  private static void assertEndsAlike(
      World undisturbed, RunEnd end, World world, int deaths, String where) {
    if (!hasBegun(world)) {
      return;
    }
    RunEnd recorded = world.finalEnd();
    assertThat(recorded == null ? world.live() : recorded).as(where).isEqualTo(end);
    assertSameConversation(undisturbed, world, deaths, where);
    assertThat(world.started.keySet()).as(where).isSubsetOf(undisturbed.started.keySet());
    world.started.forEach(
        (key, times) -> {
          if (world.isUnsafe(key)) {
            assertThat(times).as(where + ": starts of " + key).isEqualTo(1);
          }
        });
    world.effects.forEach(
        (key, times) -> {
          if (world.hasOneEffect(key)) {
            assertThat(times).as(where + ": effects of " + key).isEqualTo(1);
          }
        });
    assertThat(sum(world.asked)).as(where).isLessThanOrEqualTo(sum(undisturbed.asked) + deaths);
  }

  private static int sum(Map<Integer, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static void assertSameConversation(
      World undisturbed, World world, int deaths, String where) {
    Transcript expected = fold(undisturbed.entries());
    Transcript actual = fold(world.entries());
    assertThat(actual.turns()).as(where).isEqualTo(expected.turns());
    assertThat(actual.usage()).as(where).isEqualTo(expected.usage());
    assertThat(actual.spent()).as(where).isEqualTo(expected.spent());
    assertThat(actual.messages()).as(where).hasSameSizeAs(expected.messages());
    int unknown = 0;
    for (int i = 0; i < expected.messages().size(); i++) {
      if (isUnknown(world, actual.messages().get(i))) {
        unknown++;
      } else {
        assertThat(actual.messages().get(i)).as(where).isEqualTo(expected.messages().get(i));
      }
    }
    assertThat(unknown).as(where + ": unknown outcomes").isLessThanOrEqualTo(deaths);
  }

  private static boolean isUnknown(World world, Message message) {
    return message instanceof Message.ToolAnswer answer
        && answer.result().status() == ToolResult.Status.UNKNOWN
        && world.isUnsafe(answer.call().id());
  }

  private static Transcript fold(List<JournalEntry> entries) {
    Transcript transcript = Transcript.EMPTY;
    for (JournalEntry entry : entries) {
      transcript = transcript.plus(entry);
    }
    return transcript;
  }

  private static void assertSame(Transcript left, Transcript right) {
    assertThat(left.system()).isEqualTo(right.system());
    assertThat(left.messages()).isEqualTo(right.messages());
    assertThat(left.pending()).isEqualTo(right.pending());
    assertThat(left.turns()).isEqualTo(right.turns());
    assertThat(left.usage()).isEqualTo(right.usage());
    assertThat(left.spent()).isEqualTo(right.spent());
    assertThat(left.end()).isEqualTo(right.end());
    assertThat(left.lastText()).isEqualTo(right.lastText());
    assertThat(left.history().isStuck()).isEqualTo(right.history().isStuck());
  }
}
