package ai.stigmer.graphton.budget;

import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a run and its sub-agents have spent according to their journals.
 *
 * @param modelCalls recorded answers, those with summaries included
 * @param toolCalls recorded outcomes of calls that were served
 * @param spent tokens of each recorded answer
 * @param ran time in which the run was being driven, never negative
 */
public record Tally(int modelCalls, int toolCalls, List<TurnUsage> spent, Duration ran) {

  /** Nothing is spent. */
  public static final Tally NOTHING = new Tally(0, 0, List.of(), Duration.ZERO);

  public Tally {
    spent = List.copyOf(spent);
  }

  /**
   * Counts a run and all runs beneath it.
   *
   * @param journalOf the entries of a sub-agent's run; empty when it was never started
   */
  public static Tally of(List<Recorded> entries, Function<String, List<Recorded>> journalOf) {
    var beneath = new ArrayList<Recorded>();
    descend(entries, journalOf, beneath);
    var all = new ArrayList<>(entries);
    all.addAll(beneath);
    var spent = new ArrayList<TurnUsage>();
    int modelCalls = 0;
    int toolCalls = 0;
    for (Recorded recorded : all) {
      if (recorded.entry() instanceof JournalEntry.Turn turn) {
        spent.add(TurnUsage.of(turn.turn()));
        modelCalls++;
      } else if (recorded.entry() instanceof JournalEntry.AttemptFailed attempt) {
        spent.add(attempt.spent());
      } else if (recorded.entry() instanceof JournalEntry.Compacted compacted) {
        spent.add(compacted.spent());
        modelCalls++;
      } else if (recorded.entry() instanceof JournalEntry.CompactionFailed failed) {
        spent.add(failed.spent());
        modelCalls++;
      } else if (recorded.entry() instanceof JournalEntry.ToolOutcome outcome
          && outcome.result().status() != ToolResult.Status.NOT_RUN) {
        toolCalls++;
      }
    }
    return new Tally(modelCalls, toolCalls, spent, ran(entries, beneath));
  }

  /**
   * The same of a tree whose runs are driven at several places: its time is that in which at least
   * one of them was being driven.
   */
  public static Tally ofScattered(
      List<Recorded> entries, Function<String, List<Recorded>> journalOf) {
    Tally all = of(entries, journalOf);
    return new Tally(
        all.modelCalls(), all.toolCalls(), all.spent(), Drives.time(entries, journalOf));
  }

  private static void descend(
      List<Recorded> entries, Function<String, List<Recorded>> journalOf, List<Recorded> beneath) {
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof JournalEntry.ChildStarted child) {
        List<Recorded> below = journalOf.apply(child.childRunId());
        beneath.addAll(below);
        descend(below, journalOf, beneath);
      }
    }
  }

  /**
   * The sum of the run's drives. A drive lasts from its first entry to its last one, or to the last
   * one of a sub-agent when the run died while it waited for that. A clock that went back adds
   * nothing.
   */
  private static Duration ran(List<Recorded> entries, List<Recorded> beneath) {
    Duration ran = Duration.ZERO;
    for (int i = 0; i < entries.size(); i++) {
      boolean last = i + 1 == entries.size();
      boolean driveEnds = last || entries.get(i + 1).entry() instanceof JournalEntry.RunResumed;
      Instant from = entries.get(i).time();
      Instant next = last ? Instant.MAX : entries.get(i + 1).time();
      Instant until = driveEnds ? latestWithin(from, next, beneath) : next;
      ran = until.isAfter(from) ? ran.plus(Duration.between(from, until)) : ran;
    }
    return ran;
  }

  private static Instant latestWithin(Instant from, Instant next, List<Recorded> beneath) {
    return beneath.stream()
        .map(Recorded::time)
        .filter(time -> time.isAfter(from) && time.isBefore(next))
        .max(Instant::compareTo)
        .orElse(from);
  }
}
