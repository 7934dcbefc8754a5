package ai.stigmer.graphton.budget;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.journal.Inbox.Posted;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.TurnUsage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/*
 * What was spent stands in the journals, what is being spent in numbered holds that lie in the inbox of the run at the
 * top. Of each number the first post counts, so whoever has looked at holds up to n and gets n + 1 was alone with what
 * it saw. A run has one hold, its last one; that is over when its journal has the answer or the run's end, so a hold of
 * a process that died is over once somebody has gone on with its run.
 *
 * Holds are looked at before the journals: an answer that a later hold says to be there is then seen.
 */
/**
 * What a tree of runs spends that are driven at several places at once.
 *
 * <p>Thread contract: not thread-safe; its account guards it.
 */
public final class TreeLedger {
  /** The most holds that one look asks for. */
  private static final int MOST_AT_ONCE = 1024;

  private final Journal journal;
  private final String root;
  private final Map<String, Course> courses = new LinkedHashMap<>();
  private final Map<String, Post.Hold> holds = new HashMap<>();
  private int last;

  /**
   * The ledger of a tree.
   *
   * @param root the run at the top, in whose inbox the holds lie
   * @param read what was read of its runs already, by run, each from its first entry on
   */
  public TreeLedger(Journal journal, String root, Map<String, List<Recorded>> read) {
    this.journal = requireNonNull(journal, "journal is null");
    this.root = requireNonNull(root, "root is null");
    courses.put(root, new Course());
    read.forEach(this::readOn);
  }

  /**
   * What was there at one look.
   *
   * @param toolCalls those under way included
   * @param others what calls of the model by other runs may take at most that are under way
   */
  record Look(int modelCalls, int toolCalls, List<TurnUsage> spent, List<Post.Hold> others) {
    Look {
      spent = List.copyOf(spent);
      others = List.copyOf(others);
    }
  }

  /** One run as far as it was read. */
  private static final class Course {
    private final List<TurnUsage> spent = new ArrayList<>();
    private final Set<String> children = new LinkedHashSet<>();
    private long entries;
    private int answers;
    private int toolCalls;
    private boolean hasEnded;

    void readOn(List<Recorded> more) {
      if (more.isEmpty()) {
        return;
      }
      Tally tally = Tally.of(more, child -> List.of());
      spent.addAll(tally.spent());
      answers += tally.modelCalls();
      toolCalls += tally.toolCalls();
      entries += more.size();
      hasEnded = more.getLast().entry() instanceof JournalEntry.RunFinished;
      for (Recorded recorded : more) {
        if (recorded.entry() instanceof JournalEntry.ChildStarted child) {
          children.add(child.childRunId());
        }
      }
    }
  }

  /**
   * Reads what is new.
   *
   * @param run who is to spend; its own hold does not count
   */
  Look look(String run) {
    readHolds();
    readJournals();
    int modelCalls = 0;
    int toolCalls = 0;
    var spent = new ArrayList<TurnUsage>();
    var others = new ArrayList<Post.Hold>();
    for (Map.Entry<String, Course> one : courses.entrySet()) {
      Course course = one.getValue();
      modelCalls += course.answers;
      spent.addAll(course.spent);
      Post.Hold hold = holds.get(one.getKey());
      if (hold == null || course.hasEnded || one.getKey().equals(run)) {
        toolCalls += course.toolCalls;
        continue;
      }
      toolCalls += Math.max(course.toolCalls, hold.toolCalls());
      if (hold.answers() >= course.answers) {
        others.add(hold);
      }
    }
    return new Look(modelCalls, toolCalls, spent, others);
  }

  /** Asks for one, as a rule the next is not there yet, and for ever more while all are there. */
  private void readHolds() {
    boolean more = true;
    for (int some = 1; more; some = Math.min(2 * some, MOST_AT_ONCE)) {
      List<String> topics =
          IntStream.rangeClosed(last + 1, last + some).mapToObj(Post.Hold::topic).toList();
      Map<String, Posted> found = journal.inbox().find(root, topics);
      // Some inboxes look for one after the other, and one may come while they do.
      for (String topic : topics) {
        Posted next = found.get(topic);
        if (next == null) {
          break;
        }
        if (next.post() instanceof Post.Hold hold) {
          holds.put(hold.by(), hold);
        }
        last++;
      }
      more = found.containsKey(topics.getLast());
    }
  }

  /** A run that was announced may not have begun yet, and has spent nothing then. */
  private void readJournals() {
    var looked = new HashSet<String>();
    for (Set<String> runs = Set.copyOf(courses.keySet()); !runs.isEmpty(); ) {
      looked.addAll(runs);
      journal.heads(runs).forEach(this::readOn);
      runs = new HashSet<>(courses.keySet());
      runs.removeAll(looked);
    }
  }

  private void readOn(String run, Journal.Head head) {
    if (head.entries() > course(run).entries) {
      readOn(run, journal.read(run, course(run).entries));
    }
  }

  private void readOn(String run, List<Recorded> more) {
    course(run).readOn(more);
    course(run).children.forEach(this::course);
  }

  private Course course(String run) {
    return courses.computeIfAbsent(run, _ -> new Course());
  }

  /** Holds what a call of the model may take; returns whether nobody held anything meanwhile. */
  boolean isHeld(String run, long tokens, BigDecimal costUsd) {
    Course mine = course(run);
    return isFirst(new Post.Hold(last + 1, run, mine.answers, mine.toolCalls, tokens, costUsd));
  }

  /**
   * Gives up what an earlier drive of the run held for a call of the model: whoever drives it now
   * makes none, and that one is over.
   */
  void letGo(String run) {
    Course mine = course(run);
    for (Post.Hold hold = holds.get(run);
        hold != null && hold.answers() >= mine.answers;
        hold = holds.get(run)) {
      var nothing =
          new Post.Hold(
              last + 1, run, Post.Hold.NONE_UNDER_WAY, hold.toolCalls(), 0, BigDecimal.ZERO);
      var _ = isFirst(nothing);
      readHolds();
    }
  }

  /**
   * Holds a call of a tool; returns as {@link #isHeld}. Never fewer than an earlier drive has held:
   * what that one has begun is begun again, or goes on elsewhere.
   *
   * @param underWay how many calls of the run have no outcome yet, this one included
   */
  boolean isToolHeld(String run, int underWay) {
    int calls = course(run).toolCalls + underWay;
    Post.Hold before = holds.get(run);
    return isFirst(
        new Post.Hold(
            last + 1,
            run,
            Post.Hold.NONE_UNDER_WAY,
            before == null ? calls : Math.max(calls, before.toolCalls()),
            0,
            BigDecimal.ZERO));
  }

  private boolean isFirst(Post.Hold hold) {
    return journal.inbox().post(root, hold) instanceof Receipt.Taken;
  }

  /** How many outcomes of calls a run has, as of the last look. */
  int toolCalls(String run) {
    return course(run).toolCalls;
  }
}
