package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.testkit.loop.DyingJournal.Moment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** A parent with children, broken off at every place, ends as if nothing had happened. */
class FamilyCrashTest {

  @Property(tries = 6, edgeCases = EdgeCasesMode.NONE)
  void aFamilyThatDiedAtAnyAppendEndsAsAnUndisturbedOne(
      @ForAll("tasks") List<String> tasks, @ForAll @IntRange(min = 1, max = 4) int steps) {
    // Given
    Family undisturbed = family(steps, tasks);
    RunResult expected = undisturbed.start();
    undisturbed.laws.assertLaws();
    int appends = undisturbed.appends();
    for (int append = 2; append <= appends; append++) {
      for (Moment moment : Moment.values()) {
        Family family = family(steps, tasks);
        String where = moment + " append " + append;
        // When
        assertThat(family.isBrokenOffBy(DyingJournal.at(family.journal, moment, append)))
            .as(where)
            .isTrue();
        List<String> done = finished(family);
        var askedBefore = Map.copyOf(family.asked);
        RunResult result = family.resume();
        // Then
        family.laws.assertLaws();
        assertThat(result.end()).as(where).isEqualTo(expected.end());
        assertThat(result.usage()).as(where).isEqualTo(expected.usage());
        assertThat(result.spent()).as(where).hasSameSizeAs(expected.spent());
        assertThat(family.effects).as(where).isEqualTo(undisturbed.effects);
        assertThat(family.asked.keySet()).as(where).isEqualTo(undisturbed.asked.keySet());
        assertThat(family.asked.values()).as(where).allMatch(times -> times <= 2);
        for (String task : done) {
          assertThat(family.asked(task)).as(where + ": " + task).isEqualTo(steps);
          assertThat(askedBefore).as(where).containsEntry(task + "/0", 1);
        }
      }
    }
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void howeverChildrenAreScheduledNoMoreCallsAreMadeThanTheBudgetAllows(
      @ForAll("tasks") List<String> tasks,
      @ForAll @IntRange(min = 1, max = 4) int steps,
      @ForAll @IntRange(min = 1, max = 12) int most,
      @ForAll @IntRange(max = 3) int pause) {
    // Given
    Family family =
        family(steps, tasks)
            .budget(Budget.UNLIMITED.withModelCalls(most))
            .before(asking -> LockSupport.parkNanos(pause * 1000L * (asking.hashCode() & 3)));
    int needed = 2 + tasks.size() * steps;
    // When
    RunResult result = family.start();
    // Then
    family.laws.assertLaws();
    int made = family.asked.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(made).isEqualTo(Math.min(most, needed));
    if (most >= needed) {
      assertThat(result.end()).isInstanceOf(RunEnd.Completed.class);
      return;
    }
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            stopped -> {
              assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.MODEL_CALLS);
              assertThat(stopped.problem().help()).first().asString().contains("stigmer resume ID");
            });
    // When
    RunResult resumed = family.budget(Budget.UNLIMITED.withModelCalls(needed)).resume();
    // Then
    assertThat(resumed.end()).isInstanceOf(RunEnd.Completed.class);
    assertThat(family.asked.values()).containsOnly(1);
    assertThat(resumed.spent()).hasSize(needed);
  }

  @Provide
  Arbitrary<List<String>> tasks() {
    return Arbitraries.of("a", "b", "c", "d").list().uniqueElements().ofMinSize(1).ofMaxSize(3);
  }

  private static Family family(int steps, List<String> tasks) {
    return new Family(steps, tasks.toArray(String[]::new));
  }

  /** The tasks whose children the parent knows to be done. */
  private static List<String> finished(Family family) {
    List<JournalEntry> entries = family.entries(Family.RUN);
    return entries.stream()
        .filter(JournalEntry.ChildFinished.class::isInstance)
        .map(entry -> ((JournalEntry.ChildFinished) entry).childRunId())
        .map(child -> ((JournalEntry.RunStarted) family.entries(child).getFirst()).input())
        .toList();
  }
}
