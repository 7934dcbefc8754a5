package ai.stigmer.cli.session;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.screen.Count;
import ai.stigmer.cli.screen.Spending;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.subagent.ChildIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A recorded run with those of its sub-agents beneath it.
 *
 * @param owner who drove it last; a sub-agent has its parent's
 * @param updated when something was recorded last
 * @param spent what its own turns used
 */
public record RunTree(
    String runId,
    String owner,
    RunStory story,
    Instant updated,
    List<TurnUsage> spent,
    List<RunTree> children) {

  /** Stands before a run for each run above it. */
  public static final String INDENT = "  ";

  private static final int LOOKED_AT = 10_000;

  public RunTree {
    requireNonNull(runId, "runId is null");
    requireNonNull(owner, "owner is null");
    requireNonNull(story, "story is null");
    requireNonNull(updated, "updated is null");
    spent = List.copyOf(spent);
    children = List.copyOf(children);
  }

  /** The newest runs that nobody delegated, at most {@code limit}. */
  public static List<RunTree> newest(Journal journal, int limit) {
    return journal.list(LOOKED_AT).stream()
        .filter(run -> ChildIds.parent(run.runId()).isEmpty())
        .limit(limit)
        .map(run -> read(journal, run.runId(), run.owner(), run.updated()))
        .toList();
  }

  /** One run. */
  public static RunTree of(Journal journal, String runId) {
    return read(journal, runId, "", Instant.EPOCH);
  }

  private static RunTree read(Journal journal, String runId, String owner, Instant updated) {
    List<Recorded> entries = journal.read(runId);
    var spent = new ArrayList<TurnUsage>();
    var children = new ArrayList<RunTree>();
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof JournalEntry.Turn turn) {
        spent.add(TurnUsage.of(turn.turn()));
      } else if (recorded.entry() instanceof JournalEntry.AttemptFailed attempt) {
        spent.add(attempt.spent());
      } else if (recorded.entry() instanceof JournalEntry.ChildStarted child) {
        addChild(journal, child, owner, recorded.time(), children);
      }
    }
    Instant last = entries.isEmpty() ? updated : entries.getLast().time();
    return new RunTree(runId, owner, RunStory.of(entries), last, spent, children);
  }

  /** A sub-agent that was announced and never begun has no journal. */
  private static void addChild(
      Journal journal,
      JournalEntry.ChildStarted child,
      String owner,
      Instant time,
      List<RunTree> children) {
    try {
      children.add(read(journal, child.childRunId(), owner, time));
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
    }
  }

  /** The most characters that an id with its indent takes. */
  public int width() {
    return Math.max(
        runId.length(),
        children.stream().mapToInt(child -> INDENT.length() + child.width()).max().orElse(0));
  }

  /** What the run and each sub-agent used by itself, a line each; empty without sub-agents. */
  public String usageOfSubAgents() {
    if (children.isEmpty()) {
      return "";
    }
    var text = new StringBuilder("used by each\n");
    appendUsage(text, INDENT);
    return text.toString();
  }

  private void appendUsage(StringBuilder text, String indent) {
    Spending used = Spending.of(spent);
    String cost = used.costInWords();
    text.append(
        String.format(
            Locale.ROOT,
            "%s%s %s · %s · %s · %s%s%n",
            indent,
            story.agent(),
            runId,
            story.status(),
            Count.of(story.turns(), "turn"),
            used.tokensInWords(),
            cost.isEmpty() ? "" : " · " + cost));
    children.forEach(child -> child.appendUsage(text, indent + INDENT));
  }
}
