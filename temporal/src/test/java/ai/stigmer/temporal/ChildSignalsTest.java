package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ApprovalRequested;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.subagent.Handover;
import ai.stigmer.temporal.RunOutcome.Kind;
import ai.stigmer.testkit.Await;
import io.temporal.activity.ActivityInfo;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.common.Priority;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom runs of a tree wake, and when, without any server. */
class ChildSignalsTest {
  private static final String ROOT = "r";
  private static final String CHILD = "r_aaaaaaaa";
  private static final String GRANDCHILD = "r_aaaaaaaa_bbbbbbbb";

  private final FakeWorkflows workflows = new FakeWorkflows();

  @TempDir Path folder = Path.of("");
  private Site site;
  private Site.Peer process;
  private Journal journal;
  private ChildWorkflows children;
  private Segments segments;

  @BeforeEach
  void open() {
    site = new Site(folder);
    process = site.process();
    journal = process.journal();
    children = new ChildWorkflows(workflows.client(), journal);
    segments = new Segments(process.driver(), journal, children, (_, _) -> {});
    record(ROOT, started(), new ChildStarted("a", CHILD, "w"));
    record(CHILD, started(), new ChildStarted("b", GRANDCHILD, "w"));
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void aWordForASubAgentThatItsParentWasToldOfIsToldToItsWorkflowOnce() {
    String approval = asks(GRANDCHILD);
    assertThat(handover().takes(CHILD)).isTrue();
    assertThat(workflows.signalled).isEmpty();

    var _ = new ApprovalDesk(journal).decide(approval, new ApprovalDecision.Approved(), "me");

    assertThat(handover().takes(CHILD)).isTrue();
    assertThat(workflows.signalled).containsExactly(CHILD);
    assertThat(handover().takes(GRANDCHILD)).isTrue();
    assertThat(workflows.signalled).containsExactly(CHILD, GRANDCHILD);
  }

  @Test
  void aSubAgentIsStartedOnceAndLeftToItsParentWhenItsWorkflowIsOverAndItselfIsNot() {
    workflows.isAbsent(CHILD);
    assertThat(handover().takes(CHILD)).isTrue();
    assertThat(workflows.started).containsExactly(CHILD);

    asks(GRANDCHILD);
    workflows.isOver(GRANDCHILD, WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    assertThat(handover().takes(GRANDCHILD)).isFalse();
    assertThat(workflows.started).containsExactly(CHILD);
  }

  @Test
  void aTemporalThatIsAwayIsSaidToBe() {
    workflows.unreachable.add(CHILD);

    assertThatThrownBy(() -> handover().takes(CHILD)).hasMessageContaining("UNAVAILABLE");
    assertThatThrownBy(() -> children.ended(ROOT, Kind.CANCELLED)).hasMessageContaining("E590");
  }

  @Test
  void theEndOfARunReachesThoseBelowASubAgentThatHadNoWorkflow() {
    record(CHILD, new ChildStarted("c", "r_aaaaaaaa_cccccccc", "w"));
    workflows.isAbsent(CHILD);
    workflows.isAbsent("r_aaaaaaaa_cccccccc");

    children.ended(ROOT, Kind.CANCELLED);

    assertThat(workflows.signalled).containsExactly(GRANDCHILD);
  }

  @Test
  void theEndOfASubAgentIsToldToTheNearestRunAboveThatHasAWorkflow() {
    workflows.isAbsent(CHILD);

    children.ended(GRANDCHILD, Kind.COMPLETED);
    children.ended(CHILD, Kind.COMPLETED);

    assertThat(workflows.signalled).containsExactly(ROOT, ROOT);
  }

  @Test
  void aSubAgentThatWaitsForAWordOrForOneOfItsOwnGoesOnOnceARunAboveHasEnded() {
    String approval = asks(GRANDCHILD);
    assertThat(segments.isDecided(GRANDCHILD, approval)).isFalse();
    assertThat(segments.isDecided(CHILD, GRANDCHILD)).isFalse();

    record(ROOT, new RunFinished(new RunEnd.Cancelled("")));

    assertThat(segments.isDecided(GRANDCHILD, approval)).isTrue();
    assertThat(segments.isDecided(CHILD, GRANDCHILD)).isTrue();
  }

  @Test
  void aRunAboveOneThatNoWorkerCanDriveIsToldOnceTheWorkflowOfThatIsOver() {
    workflows.isAbsent(CHILD);

    children.tellAboveOnceOver(GRANDCHILD);
    children.tellAboveOnceOver(ROOT);
    assertThat(workflows.signalled).isEmpty();

    workflows.closed.countDown();
    Await.until("the word", () -> !workflows.signalled.isEmpty());
    assertThat(workflows.signalled).containsExactly(ROOT);
  }

  private Handover handover() {
    return children.of(activity(), new SegmentInput(ROOT, 60_000, false));
  }

  /** Has a run ask for an approval; returns its id. */
  private String asks(String runId) {
    var call = new ToolCall("c", "execute", "{}");
    var request =
        new ApprovalRequest(runId + ".1", Question.MAY_IT_RUN, "1/c", call, "", "it may do much");
    record(
        runId,
        started(),
        new Turn(
            new ModelTurn(
                "fake",
                "fake-1",
                "{}",
                List.of(new Block.Call(call)),
                Usage.of(1, 1),
                StopReason.TOOL_USE)),
        new ApprovalRequested(request));
    return request.id();
  }

  private static RunStarted started() {
    return new RunStarted("go", "a", "", "", "{}");
  }

  private void record(String runId, JournalEntry... entries) {
    try (JournalWriter writer =
        site.isBegun(runId) ? journal.claim(runId, "test") : journal.create(runId, "test")) {
      writer.append(List.of(entries));
    }
  }

  private static ActivityInfo activity() {
    return (ActivityInfo)
        Proxy.newProxyInstance(
            ActivityInfo.class.getClassLoader(),
            new Class<?>[] {ActivityInfo.class},
            (_, method, _) ->
                switch (method.getName()) {
                  case "getActivityTaskQueue" -> "queue";
                  case "getPriority" -> Priority.getDefaultInstance();
                  case "getHeartbeatTimeout" -> Duration.ofSeconds(3);
                  default -> throw new AssertionError("nobody asks for " + method);
                });
  }
}
