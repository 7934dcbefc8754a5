package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The laws of a journal, whatever happened to the processes that wrote it: it starts once; a turn
 * stands only where every call has its outcome; a call has at most one intent, before its outcome,
 * and exactly one outcome; a run completes or stops with no call open, but where the budget of its
 * tree is spent, and behind an end stands nothing but going on. A summary stands where no call is
 * open, for messages that are there, and at most twice for one answer; a long result is kept once,
 * for a call that is open.
 *
 * <p>They are checked without the library's own fold, so that a fault of that fold shows.
 */
public final class JournalLaws {
  private static final int MOST_SUMMARIES = 2;

  private final List<String> broken = new ArrayList<>();
  private final Map<String, ToolCall> open = new LinkedHashMap<>();
  private final Set<String> intended = new LinkedHashSet<>();
  private final Map<String, String> requests = new LinkedHashMap<>();
  private final Set<String> decisions = new LinkedHashSet<>();
  private final Set<String> used = new LinkedHashSet<>();
  private final Set<String> children = new LinkedHashSet<>();
  private final Set<String> endedChildren = new LinkedHashSet<>();
  private final Set<String> kept = new LinkedHashSet<>();
  private int messages;
  private int posts;
  private int summaries;
  private boolean started;
  private boolean ended;

  private JournalLaws() {}

  /** What is wrong with the entries, in words; empty when nothing is. */
  public static List<String> broken(List<JournalEntry> entries) {
    var laws = new JournalLaws();
    for (int i = 0; i < entries.size(); i++) {
      laws.look(i + 1, entries.get(i));
    }
    return List.copyOf(laws.broken);
  }

  private void look(int seq, JournalEntry entry) {
    require(started || entry instanceof JournalEntry.RunStarted, seq, "stands before the start");
    switch (entry) {
      case JournalEntry.RunStarted _ -> {
        require(!started, seq, "is a second start");
        started = true;
        messages = 1;
      }
      case JournalEntry.RunResumed _ -> goOn();
      case JournalEntry.RunForked _ -> {
        goOn();
        posts = 0;
      }
      case JournalEntry.UserMessage said -> message(seq, said);
      case JournalEntry.ModelSwitched _, JournalEntry.AttemptFailed _ -> requireGoing(seq);
      case JournalEntry.Turn turn -> {
        requireGoing(seq);
        require(open.isEmpty(), seq, "is a turn while calls are open: " + open.keySet());
        intended.clear();
        messages++;
        summaries = turn.turn().stop() == StopReason.CONTEXT_FULL ? summaries : 0;
        turn.turn().calls().forEach(call -> open.put(call.id(), call));
      }
      case JournalEntry.ToolIntent intent -> intent(seq, intent);
      case JournalEntry.ToolOutcome outcome -> {
        requireGoing(seq);
        require(outcome.call().equals(open.remove(outcome.call().id())), seq, "ends no open call");
        messages++;
        outcome.approval().ifPresent(id -> use(id, seq));
      }
      case JournalEntry.ResultKept result -> {
        requireGoing(seq);
        require(open.containsKey(result.call()), seq, "keeps the result of no open call");
        require(kept.add(result.name()), seq, "keeps a result twice");
      }
      case JournalEntry.WorkspaceSaved _ -> requireGoing(seq);
      case JournalEntry.Compacted compacted -> compacted(seq, compacted);
      case JournalEntry.CompactionFailed _ -> summary(seq);
      case JournalEntry.ApprovalRequested requested -> requested(seq, requested);
      case JournalEntry.ApprovalDecided decided -> {
        requireGoing(seq);
        require(requests.containsKey(decided.approval()), seq, "decides what nobody requested");
        require(decisions.add(decided.approval()), seq, "decides an approval twice");
      }
      case JournalEntry.ChildStarted child -> childStarted(seq, child);
      case JournalEntry.ChildFinished child -> childFinished(seq, child);
      case JournalEntry.RunFinished finished -> {
        requireGoing(seq);
        boolean done =
            finished.end() instanceof RunEnd.Completed
                || (finished.end() instanceof RunEnd.Stopped stopped
                    && !stopped.limit().isOfTree());
        require(!done || open.isEmpty(), seq, "is done while calls are open: " + open.keySet());
        ended = true;
      }
    }
  }

  private void requested(int seq, JournalEntry.ApprovalRequested requested) {
    requireGoing(seq);
    String id = requested.request().id();
    require(!requests.containsKey(id), seq, "requests an approval twice");
    boolean asked =
        requests.entrySet().stream()
            .filter(request -> !used.contains(request.getKey()))
            .anyMatch(request -> request.getValue().equals(requested.request().hash()));
    require(!asked, seq, "requests what is requested already");
    requests.put(id, requested.request().hash());
  }

  private void compacted(int seq, JournalEntry.Compacted compacted) {
    summary(seq);
    require(compacted.replaced() < messages, seq, "stands for more than there is");
    require(compacted.after() < compacted.before(), seq, "shrinks nothing");
    messages -= compacted.replaced() - 1;
  }

  private void childStarted(int seq, JournalEntry.ChildStarted child) {
    requireGoing(seq);
    require(intended.contains(child.call()), seq, "begins a child without an intent");
    require(children.add(child.childRunId()), seq, "begins a child twice");
  }

  private void childFinished(int seq, JournalEntry.ChildFinished child) {
    requireGoing(seq);
    require(children.contains(child.childRunId()), seq, "ends a child that never began");
    require(endedChildren.add(child.childRunId()), seq, "ends a child twice");
  }

  private void goOn() {
    summaries = ended ? 0 : summaries;
    ended = false;
  }

  private void message(int seq, JournalEntry.UserMessage said) {
    require(open.isEmpty(), seq, "is a message among open calls");
    boolean next = said.number() == 0 || said.number() == ++posts;
    require(next, seq, "is a message twice or out of order");
    messages++;
    ended = false;
  }

  /** Under somebody's word a call may have other arguments, and be announced anew. */
  private void intent(int seq, JournalEntry.ToolIntent intent) {
    requireGoing(seq);
    ToolCall made = open.get(intent.call().id());
    boolean byWord = intent.approval().isPresent();
    require(intent.call().equals(made) || (byWord && made != null), seq, "intends no open call");
    require(intended.add(intent.call().id()) || byWord, seq, "intends a call twice");
    intent.approval().ifPresent(id -> use(id, seq));
  }

  private void summary(int seq) {
    requireGoing(seq);
    require(open.isEmpty(), seq, "is a summary while calls are open: " + open.keySet());
    summaries++;
    require(summaries <= MOST_SUMMARIES, seq, "is one summary too many");
  }

  private void use(String approval, int seq) {
    require(decisions.contains(approval), seq, "uses an approval that nobody decided");
    require(used.add(approval), seq, "uses an approval twice");
  }

  private void requireGoing(int seq) {
    require(!ended, seq, "stands behind an end");
  }

  private void require(boolean law, int seq, String complaint) {
    if (!law) {
      broken.add("entry " + seq + " " + complaint);
    }
  }
}
