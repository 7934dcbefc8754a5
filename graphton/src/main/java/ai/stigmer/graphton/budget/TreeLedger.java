package ai.stigmer.graphton.budget;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Inbox.Posted;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.TurnUsage;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
  private final Journal journal;
  private final String root;
  private final Map<String, Course> courses = new HashMap<>();
  private final Map<String, Post.Hold> holds = new HashMap<>();
  private int last;

  public TreeLedger(Journal journal, String root) {
    this.journal = requireNonNull(journal, "journal is null");
    this.root = requireNonNull(root, "root is null");
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

  private void readHolds() {
    for (var next = find(last + 1); next.isPresent(); next = find(last + 1)) {
      if (next.get().post() instanceof Post.Hold hold) {
        holds.put(hold.by(), hold);
      }
      last++;
    }
  }

  private Optional<Posted> find(int number) {
    return journal.inbox().find(root, Post.Hold.topic(number));
  }

  private void readJournals() {
    var unread = new ArrayDeque<String>();
    unread.add(root);
    while (!unread.isEmpty()) {
      String run = unread.remove();
      Course course = courses.computeIfAbsent(run, id -> new Course());
      course.readOn(behind(run, course.entries));
      unread.addAll(course.children);
    }
  }

  /** A run that was announced may not have begun yet, and has spent nothing then. */
  private List<Recorded> behind(String run, long entries) {
    try {
      return journal.read(run, entries);
    } catch (ProblemException e) {
      if (e.problem().code().equals("E501")) {
        return List.of();
      }
      throw e;
    }
  }

  /** Holds what a call of the model may take; returns whether nobody held anything meanwhile. */
  boolean isHeld(String run, long tokens, BigDecimal costUsd) {
    Course mine = courses.getOrDefault(run, new Course());
    return isFirst(new Post.Hold(last + 1, run, mine.answers, mine.toolCalls, tokens, costUsd));
  }

  /**
   * Holds a call of a tool; returns as {@link #isHeld}.
   *
   * @param underWay how many calls of the run have no outcome yet, this one included
   */
  boolean isToolHeld(String run, int underWay) {
    Course mine = courses.getOrDefault(run, new Course());
    return isFirst(
        new Post.Hold(
            last + 1,
            run,
            Post.Hold.NONE_UNDER_WAY,
            mine.toolCalls + underWay,
            0,
            BigDecimal.ZERO));
  }

  private boolean isFirst(Post.Hold hold) {
    return journal.inbox().post(root, hold) instanceof Receipt.Taken;
  }

  /** How many outcomes of calls a run has, as of the last look. */
  int toolCalls(String run) {
    return courses.getOrDefault(run, new Course()).toolCalls;
  }
}
