package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Inbox.Posted;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.subagent.ChildIds;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where approvals are looked at and decided by whoever does not run the run.
 *
 * <p>Thread contract: thread-safe, as the journal is.
 */
public final class ApprovalDesk {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** How an approval stands. */
  public enum Standing {
    /** Somebody can decide. */
    OPEN,
    /** Somebody has decided; the run may not have taken it over yet. */
    DECIDED,
    /** The call waits no more, or is asked about anew. */
    CALL_GONE,
    /**
     * The run was ended, or is to end, before anybody decided. It asks again when it is gone on
     * with; somebody can decide before that.
     */
    RUN_ENDED,
    /** The run has its final answer. */
    RUN_FINISHED
  }

  /** What somebody decided, and who it was. */
  public record Verdict(ApprovalDecision decision, String by) {
    public Verdict {
      requireNonNull(decision, "decision is null");
      requireNonNull(by, "by is null");
    }
  }

  /**
   * An approval as others see it.
   *
   * @param since when it was requested, by the clock of the run's owner
   */
  public record Shown(
      String runId,
      ApprovalRequest request,
      Instant since,
      Standing standing,
      Optional<Verdict> verdict) {
    public Shown {
      requireNonNull(runId, "runId is null");
      requireNonNull(request, "request is null");
      requireNonNull(since, "since is null");
      requireNonNull(standing, "standing is null");
      requireNonNull(verdict, "verdict is null");
    }
  }

  private final Journal journal;

  public ApprovalDesk(Journal journal) {
    this.journal = requireNonNull(journal, "journal is null");
  }

  /**
   * All approvals of a run, the oldest first.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run
   */
  public List<Shown> of(String runId) {
    List<Recorded> entries = journal.read(runId);
    Transcript transcript = Transcript.of(entries);
    List<ApprovalLedger.Approval> all = ApprovalLedger.of(entries).all();
    var shown = new ArrayList<Shown>();
    for (int i = 0; i < all.size(); i++) {
      ApprovalRequest request = all.get(i).request();
      boolean asksLast =
          all.subList(i + 1, all.size()).stream()
              .noneMatch(later -> later.request().callId().equals(request.callId()));
      Optional<Verdict> verdict = verdict(runId, all.get(i));
      shown.add(
          new Shown(
              runId,
              request,
              since(entries, request),
              verdict.isPresent()
                  ? Standing.DECIDED
                  : standing(runId, transcript, request, asksLast),
              verdict));
    }
    return List.copyOf(shown);
  }

  /**
   * One approval.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E411} when there is none of this id
   */
  public Shown find(String id) {
    int dot = id.lastIndexOf('.');
    return (dot < 1 ? List.<Shown>of() : of(id.substring(0, dot)))
        .stream()
            .filter(shown -> shown.request().id().equals(id))
            .findFirst()
            .orElseThrow(
                () ->
                    Problem.of("E411", Category.USAGE, "there is no approval \"" + id + "\"")
                        .help("see those that wait: stigmer approvals list")
                        .asException());
  }

  /**
   * Decides, unless somebody was first. What is decided is durable when this returns; the run goes
   * on with it when its owner comes to it.
   *
   * @param by who decides, for people
   * @throws ai.stigmer.graphton.error.ProblemException {@code E411} unknown, {@code E412} decided
   *     already, {@code E413} the run has finished, {@code E414} the call is gone, {@code E415} no
   *     answer to this question, {@code E416} the new arguments are no JSON object
   */
  public Shown decide(String id, ApprovalDecision decision, String by) {
    Shown shown = find(id);
    switch (shown.standing()) {
      case OPEN, RUN_ENDED -> {}
      case DECIDED -> throw decided(shown, shown.verdict().orElseThrow());
      case RUN_FINISHED -> throw finished(shown);
      case CALL_GONE -> throw gone(shown);
    }
    check(shown.request(), decision);
    Post post = new Post.Decision(id, shown.request().hash(), decision, by);
    if (journal.inbox().post(shown.runId(), post) instanceof Receipt.Late(Posted first)) {
      throw decided(shown, verdict(first));
    }
    return new Shown(
        shown.runId(),
        shown.request(),
        shown.since(),
        Standing.DECIDED,
        Optional.of(new Verdict(decision, by)));
  }

  /** Whether somebody has decided about a call of the run that has not taken that over. */
  public boolean isWordWaiting(String runId) {
    return ApprovalLedger.of(journal.read(runId)).all().stream()
        .filter(approval -> approval.decided().isEmpty() && !approval.used())
        .anyMatch(approval -> verdict(runId, approval).isPresent());
  }

  private static void check(ApprovalRequest request, ApprovalDecision decision) {
    if (!request.question().permits(decision)) {
      throw Problem.of("E415", Category.USAGE, request.id() + " asks something else")
          .from(
              switch (request.question()) {
                case MAY_IT_RUN -> "it asks whether " + request.call().name() + " may run";
                case DID_IT_HAPPEN -> "it asks whether " + request.call().name() + " took effect";
              })
          .help(
              switch (request.question()) {
                case MAY_IT_RUN -> "stigmer approvals approve " + request.id();
                case DID_IT_HAPPEN -> "stigmer approvals settle " + request.id() + " happened";
              })
          .asException();
    }
    if (decision instanceof ApprovalDecision.Edited edited && !isObject(edited.arguments())) {
      throw Problem.of("E416", Category.USAGE, "the new arguments are no JSON object")
          .help("for example: --edit '" + request.call().arguments() + "'")
          .asException();
    }
  }

  private static boolean isObject(String text) {
    try {
      return JSON.readTree(text).isObject();
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private Standing standing(
      String runId, Transcript transcript, ApprovalRequest request, boolean asksLast) {
    if (transcript.end().orElse(null) instanceof RunEnd.Completed) {
      return Standing.RUN_FINISHED;
    }
    boolean pending =
        transcript.pending().stream()
            .map(call -> transcript.turns() + "/" + call.call().id())
            .anyMatch(request.callId()::equals);
    if (!pending || !asksLast) {
      return Standing.CALL_GONE;
    }
    return transcript.end().isPresent()
            || new SteeringDesk(journal).isCancelAsked(ChildIds.root(runId))
        ? Standing.RUN_ENDED
        : Standing.OPEN;
  }

  private Optional<Verdict> verdict(String runId, ApprovalLedger.Approval approval) {
    ApprovalRequest request = approval.request();
    return approval
        .decided()
        .map(decided -> new Verdict(decided.decision(), decided.by()))
        .or(
            () ->
                journal
                    .inbox()
                    .find(runId, Post.Decision.topic(request.id(), request.hash()))
                    .map(ApprovalDesk::verdict));
  }

  private static Verdict verdict(Posted posted) {
    return switch (posted.post()) {
      case Post.Decision decision -> new Verdict(decision.decision(), decision.by());
      case Post.Message _, Post.Cancel _, Post.Resume _, Post.Hold _ ->
          throw new IllegalStateException("no decision: " + posted.post());
    };
  }

  private static Instant since(List<Recorded> entries, ApprovalRequest request) {
    return entries.stream()
        .filter(
            recorded ->
                recorded.entry() instanceof JournalEntry.ApprovalRequested(ApprovalRequest asked)
                    && asked.id().equals(request.id()))
        .findFirst()
        .orElseThrow()
        .time();
  }

  private static RuntimeException decided(Shown shown, Verdict first) {
    return Problem.of(
            "E412",
            Category.RUN,
            shown.request().id() + " was decided already: " + words(first.decision()))
        .from("by " + first.by())
        .help("look at it: stigmer approvals show " + shown.request().id())
        .asException();
  }

  private static RuntimeException finished(Shown shown) {
    return Problem.of(
            "E413", Category.RUN, "run " + shown.runId() + " has finished; nothing waits any more")
        .help("look at it: stigmer sessions show " + shown.runId())
        .asException();
  }

  private static RuntimeException gone(Shown shown) {
    return Problem.of(
            "E414",
            Category.RUN,
            "the call of " + shown.request().id() + " is gone: the run went on without it")
        .help("see what waits now: stigmer approvals list")
        .asException();
  }

  /** A decision in a few words, for people. */
  public static String words(ApprovalDecision decision) {
    return switch (decision) {
      case ApprovalDecision.Approved _ -> "approved";
      case ApprovalDecision.Edited edited -> "approved with other arguments " + edited.arguments();
      case ApprovalDecision.Remembered _ -> "approved for the whole run";
      case ApprovalDecision.Denied denied -> "denied: " + denied.reason();
      case ApprovalDecision.Happened _ -> "it had taken effect";
      case ApprovalDecision.DidNotHappen _ -> "it had not taken effect, run it";
      case ApprovalDecision.LeftUnknown _ -> "left unknown";
    };
  }
}
