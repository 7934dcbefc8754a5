package ai.stigmer.server.console;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Shown;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.server.console.page.ApprovalView;
import ai.stigmer.server.console.story.Passage;
import ai.stigmer.server.guard.Audit;
import ai.stigmer.server.guard.ConsoleDoor;
import ai.stigmer.server.resource.Shelves;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;

/**
 * A call that somebody is asked about: the page with everything that a decision is about, and the
 * decision, which counts only for what that page has shown.
 */
final class Approvals {
  private static final int LONGEST = 1_000_000;
  private static final String REASON = "the user refused this command";

  private final Shelves shelves;
  private final ApprovalDesk desk;

  Approvals(Sources sources) {
    this.shelves = sources.shelves();
    this.desk = new ApprovalDesk(sources.journal());
  }

  /** Where the page of an approval is. */
  static String path(String approval) {
    return ConsoleDoor.ROOT + "/approvals/" + approval;
  }

  HttpResponse page(Asked asked) {
    Shown shown = find(asked);
    return Pages.page(
        HttpStatus.OK,
        "approval",
        asked.frame("Approval " + shown.request().id(), "runs"),
        view(shown));
  }

  private Shown find(Asked asked) {
    Shown shown = desk.find(asked.path("id"));
    shelves.refuseDeleted(shown.runId());
    return shown;
  }

  private static ApprovalView view(Shown shown) {
    return new ApprovalView(
        shown.request().id(),
        ChildIds.root(shown.runId()),
        switch (shown.request().question()) {
          case MAY_IT_RUN -> "May this call run?";
          case DID_IT_HAPPEN -> "The server stopped during this call. Did it take effect?";
        },
        shown.request().question() == Question.MAY_IT_RUN,
        shown.request().call().name(),
        Passage.json(shown.request().call().arguments(), LONGEST),
        shown.request().why(),
        shown.request().scope(),
        shown.since(),
        shown.request().hash(),
        standing(shown));
  }

  private static String standing(Shown shown) {
    return switch (shown.standing()) {
      case OPEN, RUN_ENDED -> "";
      case DECIDED ->
          shown
              .verdict()
              .map(verdict -> ApprovalDesk.words(verdict.decision()) + ", by " + verdict.by())
              .orElse("decided");
      case CALL_GONE -> "the call is gone: the run went on without it";
      case RUN_FINISHED -> "the run has finished; nothing waits any more";
    };
  }

  HttpResponse decide(Asked asked) {
    Shown shown = find(asked);
    if (!shown.request().hash().equals(asked.field("hash"))) {
      throw Problem.of(
              "E589", Problem.Category.USAGE, "the page has shown another call than this one")
          .help("load the page of the approval again")
          .asException();
    }
    ApprovalDecision decision =
        switch (asked.field("decision")) {
          case "approve" -> new ApprovalDecision.Approved();
          case "edit" -> new ApprovalDecision.Edited(asked.field("arguments"));
          case "always" -> new ApprovalDecision.Remembered();
          case "deny" ->
              new ApprovalDecision.Denied(
                  asked.field("reason").isBlank() ? REASON : asked.field("reason").strip());
          case "happened" -> new ApprovalDecision.Happened();
          case "did-not-happen" -> new ApprovalDecision.DidNotHappen();
          case "unknown" -> new ApprovalDecision.LeftUnknown();
          default ->
              throw Problem.of("E561", Problem.Category.USAGE, "decision: there is no such one")
                  .asException();
        };
    decide(shown, decision, asked.by());
    Audit.decided(asked.ctx(), decision);
    return Actions.to(RunList.PATH + "/" + ChildIds.root(shown.runId()) + "?done=decided#end");
  }

  /** The desk's example of other arguments is one to type at a command line. */
  private void decide(Shown shown, ApprovalDecision decision, String by) {
    try {
      var _ = desk.decide(shown.request().id(), decision, by);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E416")) {
        throw e;
      }
      throw Problem.of("E416", e.problem().category(), e.problem().message())
          .help("go back and write all arguments of the tool, as the page shows them")
          .asException();
    }
  }
}
