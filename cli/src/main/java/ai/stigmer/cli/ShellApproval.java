package ai.stigmer.cli;

import ai.stigmer.cli.screen.Decider;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.ToolLine;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.WhenAbsent;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.PresentPlan;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks whoever sits at the terminal. Where nobody does, the setting says whether the call is denied
 * or waits for somebody else.
 *
 * <p>Thread contract: the loop asks for one call at a time.
 */
final class ShellApproval implements Approver {
  private final Surroundings surroundings;
  private final WhenAbsent whenAbsent;
  private final Asker asker;
  private boolean told;

  ShellApproval(Surroundings surroundings, WhenAbsent whenAbsent) {
    this(surroundings, whenAbsent, Asker.at(surroundings));
  }

  /** Asks in another way than by standard input. */
  ShellApproval(Surroundings surroundings, WhenAbsent whenAbsent, Asker asker) {
    this.surroundings = surroundings;
    this.whenAbsent = whenAbsent;
    this.asker = asker;
  }

  @Override
  public synchronized Answer ask(ApprovalRequest request, CancelToken until) {
    if (!Question.canBeAsked(surroundings)) {
      return absent(request);
    }
    return switch (request.question()) {
      case MAY_IT_RUN ->
          PresentPlan.isIn(request.call())
              ? new PlanQuestion(surroundings, asker).ask(request, until)
              : mayItRun(request, until);
      case DID_IT_HAPPEN -> didItHappen(request, until);
    };
  }

  @Override
  public String name() {
    return Decider.here();
  }

  /** Whether a command was denied because nobody could be asked. */
  synchronized boolean hasRefused() {
    return told;
  }

  private Answer absent(ApprovalRequest request) {
    if (PresentPlan.isIn(request.call())) {
      new PlanQuestion(surroundings, asker).show(request);
    }
    if (whenAbsent == WhenAbsent.WAIT) {
      return new Answer.Later();
    }
    if (!request.question().permits(new ApprovalDecision.Denied(""))) {
      return new Answer.Now(new ApprovalDecision.LeftUnknown());
    }
    if (!told) {
      told = true;
      surroundings
          .err()
          .print(
              ProblemText.of(
                  Problem.of(
                          "E401",
                          Problem.Category.DENIED,
                          what(request)
                              + " needs approval, and there is no terminal to ask at; denied")
                      .help(
                          isCommand(request)
                              ? "--allow-shell allows all commands of a run"
                              : "--allow " + request.call().name() + " allows it in a run",
                          "stigmer permissions explain COMMAND tells which rule or mode asks, and why",
                          "--when-absent wait lets the run wait for stigmer approvals"),
                  surroundings.terminal().palette()));
      surroundings.err().flush();
    }
    return new Answer.Now(
        new ApprovalDecision.Denied(
            (isCommand(request) ? "commands need" : "this needs")
                + " the user's approval and nobody can be asked; go on without "
                + request.call().name()));
  }

  private static boolean isCommand(ApprovalRequest request) {
    return request.call().name().equals("execute");
  }

  private static String what(ApprovalRequest request) {
    return isCommand(request) ? "a command" : "a call of " + Visible.of(request.call().name());
  }

  private Answer mayItRun(ApprovalRequest request, CancelToken until) {
    show("the agent wants to run:", request);
    while (true) {
      Optional<String> key =
          asker.line("run it? [y]es  [N]o  [a]lways in this run  [e]dit  [r]eason for no", until);
      if (key.isEmpty()) {
        return new Answer.Later();
      }
      Optional<ApprovalDecision> decision =
          switch (key.get().toLowerCase(Locale.ROOT)) {
            case "y", "yes" -> Optional.of(new ApprovalDecision.Approved());
            case "a", "always" -> Optional.of(new ApprovalDecision.Remembered());
            case "e", "edit" -> edited(request, until);
            case "r", "reason" -> asker.line("why not?", until).map(ApprovalDecision.Denied::new);
            default -> Optional.of(new ApprovalDecision.Denied("the user refused this command"));
          };
      if (decision.isPresent()) {
        return new Answer.Now(decision.get());
      }
      if (until.isCancelled()) {
        return new Answer.Later();
      }
    }
  }

  /** Empty when nothing was typed, so that the question is asked again. */
  private Optional<ApprovalDecision> edited(ApprovalRequest request, CancelToken until) {
    return asker
        .line("instead", until)
        .filter(typed -> !typed.isEmpty())
        .map(typed -> new ApprovalDecision.Edited(ToolLine.replaced(request.call(), typed)));
  }

  private Answer didItHappen(ApprovalRequest request, CancelToken until) {
    show("the process stopped while this was running:", request);
    Optional<String> key =
        asker.line("did it take effect? [h]appened  [d]id not, run it  [U]nknown", until);
    return key.<Answer>map(
            typed ->
                new Answer.Now(
                    switch (typed.toLowerCase(Locale.ROOT)) {
                      case "h", "happened" -> new ApprovalDecision.Happened();
                      case "d", "did not" -> new ApprovalDecision.DidNotHappen();
                      default -> new ApprovalDecision.LeftUnknown();
                    }))
        .orElseGet(Answer.Later::new);
  }

  private void show(String what, ApprovalRequest request) {
    surroundings.err().println(what + "  (" + request.id() + ")");
    String call =
        isCommand(request)
            ? ToolLine.command(request.call())
            : request.call().name() + " " + request.call().arguments();
    surroundings.err().println("  " + Visible.of(call));
    surroundings.err().println("  because of " + Visible.of(request.why()));
  }
}
