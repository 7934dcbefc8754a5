package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Inbox.Posted;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.tool.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * Every decision goes through the inbox, that of whoever sits here too: the inbox is the one place where the first
 * decider is told from those that come later, and it holds a decision that this process had no time to journal.
 */
/**
 * Gets somebody's word about a call: requested in the journal, decided in the inbox, taken over
 * into the journal.
 *
 * <p>Thread: the run's only.
 */
final class ApprovalStage {
  private final RunPlan plan;
  private final EventSink events;
  private final ToolStage.Recorder recorder;
  private final ApprovalLedger ledger;

  ApprovalStage(RunPlan plan, EventSink events, ToolStage.Recorder recorder) {
    this.plan = plan;
    this.events = events;
    this.recorder = recorder;
    this.ledger = ApprovalLedger.of(plan.writer().before());
  }

  /** What came of a question. */
  sealed interface Word {
    /** Somebody has decided; the approval is still to be used up. */
    record Decided(String approval, ApprovalDecision decision) implements Word {}

    /** Nobody has decided, and nobody is here to do so. */
    record Waiting(RunEnd.Waiting end) implements Word {}

    /** The run is to end before anybody has decided. */
    record Cancelled() implements Word {}
  }

  /** Writes entries down together, and notes which approvals they use up. */
  long append(JournalEntry... entries) {
    long seq = recorder.append(List.of(entries));
    for (JournalEntry entry : entries) {
      ledger.add(entry);
    }
    return seq;
  }

  /** Whether somebody said before that every call of this tool may run. */
  boolean isRemembered(Tool tool) {
    return ledger.remembered(tool.spec().name(), plan.permission().policy().scope()).isPresent();
  }

  /**
   * Requests somebody's word, unless that was done before; nobody is asked yet.
   *
   * @param callId the call, unique within the run
   */
  void request(Question question, String callId, ToolCall call, String why) {
    ApprovalRequest wanted = wanted(question, callId, call, why);
    if (ledger.unused(wanted.hash()).isEmpty()) {
      var _ = requested(wanted);
    }
  }

  /** Asks whether a call may run; empty when the word for an earlier one holds for it too. */
  Optional<Word> mayItRun(ReadyCall ready, String why) {
    String callId = ready.context().callId();
    ApprovalRequest wanted = wanted(Question.MAY_IT_RUN, callId, ready.call(), why);
    boolean requested = ledger.unused(wanted.hash()).isPresent();
    return isRemembered(ready.tool()) && !requested ? Optional.empty() : Optional.of(ask(wanted));
  }

  /**
   * Asks about a call.
   *
   * @param callId the call, unique within the run
   */
  Word ask(Question question, String callId, ToolCall call, String why) {
    return ask(wanted(question, callId, call, why));
  }

  /** Whether it was asked before, and somebody has answered. */
  boolean isAnswered(Question question, String callId, ToolCall call, String why) {
    return ledger
        .unused(wanted(question, callId, call, why).hash())
        .filter(known -> known.decided().isPresent() || posted(known.request()).isPresent())
        .isPresent();
  }

  private ApprovalRequest wanted(Question question, String callId, ToolCall call, String why) {
    return new ApprovalRequest(
        ledger.nextId(plan.writer().runId()),
        question,
        callId,
        call,
        plan.permission().policy().scope(),
        why);
  }

  private Word ask(ApprovalRequest wanted) {
    Optional<ApprovalLedger.Approval> known = ledger.unused(wanted.hash());
    if (known.isPresent() && known.get().decided().isPresent()) {
      return new Word.Decided(known.get().request().id(), known.get().decided().get().decision());
    }
    ApprovalRequest request =
        known.map(ApprovalLedger.Approval::request).orElseGet(() -> requested(wanted));
    Optional<Posted> posted =
        posted(request).or(() -> remembered(request)).or(() -> askHere(request));
    if (posted.isPresent()) {
      return takenOver(request, posted.get());
    }
    return plan.cancel().isCancelled()
        ? new Word.Cancelled()
        : new Word.Waiting(new RunEnd.Waiting(request.id(), "", waitsBesideOthers(request)));
  }

  /** What was requested before somebody said that all such calls may run is decided by that. */
  private Optional<Posted> remembered(ApprovalRequest request) {
    return request.question() == Question.MAY_IT_RUN
        ? ledger
            .remembered(request.call().name(), request.scope())
            .map(by -> decidedHere(request, new ApprovalDecision.Approved(), by))
        : Optional.empty();
  }

  private Posted decidedHere(ApprovalRequest request, ApprovalDecision decision, String by) {
    var mine = new Post.Decision(request.id(), request.hash(), decision, by);
    return plan.inbox().post(plan.writer().runId(), mine).standing();
  }

  private ApprovalRequest requested(ApprovalRequest request) {
    long seq = append(new JournalEntry.ApprovalRequested(request));
    events.send(new AgentEvent.ApprovalRequested(request, seq));
    return request;
  }

  private Optional<Posted> posted(ApprovalRequest request) {
    return plan.inbox()
        .find(plan.writer().runId(), Post.Decision.topic(request.id(), request.hash()));
  }

  /** Asks whoever is here, until they or somebody elsewhere decides, or the run is cancelled. */
  private Optional<Posted> askHere(ApprovalRequest request) {
    var until = new CancelToken();
    Approver approver = plan.permission().approver();
    try (CancelToken.Registration _ = plan.cancel().onCancel(until::cancel);
        Lookout _ = Lookout.until(until, plan.inbox(), () -> posted(request).isPresent())) {
      if (approver.ask(request, until) instanceof Approver.Answer.Now(ApprovalDecision decision)) {
        require(request, decision);
        return Optional.of(decidedHere(request, decision, approver.name()));
      }
    }
    return posted(request);
  }

  private static void require(ApprovalRequest request, ApprovalDecision decision) {
    if (!request.question().permits(decision)) {
      throw new IllegalArgumentException(decision + " is no answer to " + request.question());
    }
  }

  private Word takenOver(ApprovalRequest request, Posted posted) {
    ApprovalDecision decision =
        posted.post() instanceof Post.Decision post && isAbout(post, request)
            ? post.decision()
            : carefulAnswer(request.question());
    String by = posted.post().by();
    long seq = append(new JournalEntry.ApprovalDecided(request.id(), decision, by));
    events.send(new AgentEvent.ApprovalDecided(request, decision, by, seq));
    return new Word.Decided(request.id(), decision);
  }

  private static boolean isAbout(Post.Decision post, ApprovalRequest request) {
    return post.approval().equals(request.id())
        && post.hash().equals(request.hash())
        && request.question().permits(post.decision());
  }

  /** What a decision counts as that is about something else. */
  private static ApprovalDecision carefulAnswer(Question question) {
    return switch (question) {
      case MAY_IT_RUN -> new ApprovalDecision.Denied("the decision was about another call");
      case DID_IT_HAPPEN -> new ApprovalDecision.LeftUnknown();
    };
  }

  private Problem waitsBesideOthers(ApprovalRequest request) {
    Problem waits = waits(request, ChildIds.root(plan.writer().runId()));
    long others =
        ledger.openBeside(request).stream().filter(other -> posted(other).isEmpty()).count();
    if (others == 0) {
      return waits;
    }
    var help = new ArrayList<>(waits.help());
    String wait = others == 1 ? "another call waits" : others + " other calls wait";
    help.add(help.size() - 1, wait + " as well: stigmer approvals list");
    return waits.help(help.toArray(String[]::new));
  }

  /** What a run says that waits for somebody's word. */
  static Problem waits(ApprovalRequest request, String runId) {
    String tool = request.call().name();
    String id = request.id();
    return switch (request.question()) {
      case MAY_IT_RUN ->
          Problem.of(
                  "E410",
                  Problem.Category.DENIED,
                  "the run waits for an approval: may " + tool + " run?")
              .from(request.why())
              .help(
                  "look at it: stigmer approvals show " + id,
                  "approve it: stigmer approvals approve " + id,
                  "deny it: stigmer approvals deny " + id + " --reason TEXT",
                  "then: stigmer resume " + runId);
      case DID_IT_HAPPEN ->
          Problem.of(
                  "E410",
                  Problem.Category.DENIED,
                  "the run waits for an answer: did " + tool + " take effect?")
              .from(request.why())
              .help(
                  "look at it: stigmer approvals show " + id,
                  "answer: stigmer approvals settle " + id + " happened, did-not-happen or unknown",
                  "then: stigmer resume " + runId);
    };
  }
}
