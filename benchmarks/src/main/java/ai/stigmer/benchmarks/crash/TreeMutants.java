package ai.stigmer.benchmarks.crash;

import java.util.List;

/** The planted defects of approvals, sub-agents, budgets, answers and undo. */
final class TreeMutants {
  private static final String ROOT = "graphton/src/main/java/ai/stigmer/graphton/";
  private static final String LEDGER = ROOT + "loop/ApprovalLedger.java";
  private static final String ASKING = ROOT + "loop/ApprovalStage.java";
  private static final String ADMISSION = ROOT + "loop/CallAdmission.java";
  private static final String UNKNOWN = ROOT + "loop/UnknownOutcomes.java";
  private static final String TOOLS = ROOT + "loop/ToolStage.java";
  private static final String ANSWER = ROOT + "loop/FinalAnswer.java";
  private static final String TASK = ROOT + "subagent/TaskTool.java";
  private static final String TREE = ROOT + "RunTree.java";
  private static final String ACCOUNT = ROOT + "budget/Account.java";
  private static final String TALLY = ROOT + "budget/Tally.java";
  private static final String UNDO = ROOT + "undo/Undo.java";
  private static final String BEFORE = ROOT + "tool/builtin/FileBefore.java";

  private static final List<Mutant> APPROVALS =
      List.of(
          new Mutant(
              "an approval that is used up serves again",
              LEDGER,
              "!approval.used() && approval.request().hash().equals(hash)",
              "approval.request().hash().equals(hash)"),
          new Mutant(
              "approvals of before a crash are forgotten",
              ASKING,
              "ApprovalLedger.of(plan.writer().before());",
              "ApprovalLedger.of(List.of());"),
          new Mutant(
              "a decision is used without being journaled",
              ASKING,
              "long seq = append(new JournalEntry.ApprovalDecided(request.id(), decision, by));",
              "long seq = 1;"),
          new Mutant(
              "a decision is shown before it is durable",
              ASKING,
              """
              long seq = append(new JournalEntry.ApprovalDecided(request.id(), decision, by));
              events.send(new AgentEvent.ApprovalDecided(request, decision, by, seq));
              """,
              """
              events.send(new AgentEvent.ApprovalDecided(request, decision, by, 1000));
              append(new JournalEntry.ApprovalDecided(request.id(), decision, by));
              """),
          new Mutant(
              "of two deciders the late one counts",
              ASKING,
              "return plan.inbox().post(plan.writer().runId(), mine).standing();",
              "return new Posted(mine,"
                  + " plan.inbox().post(plan.writer().runId(), mine).standing().time());"),
          new Mutant(
              "what is requested already is requested again",
              ASKING,
              "known.map(ApprovalLedger.Approval::request).orElseGet(() -> requested(wanted));",
              "requested(wanted);"),
          new Mutant(
              "somebody's word for all calls is forgotten",
              ASKING,
              "return ledger.remembered(tool.spec().name(),"
                  + " plan.permission().policy().scope()).isPresent();",
              "return false;"),
          new Mutant(
              "a denial is lost",
              ADMISSION,
              "case ApprovalDecision.Denied deny -> denied(deny.reason(), ready);",
              "case ApprovalDecision.Denied deny -> new Admitted.Admissible(ready);"),
          new Mutant(
              "other arguments are not used",
              ADMISSION,
              "decide(ready.edited(arguments, valid.arguments()));",
              "decide(ready);"),
          new Mutant(
              "an intent does not say whose word it uses up",
              TOOLS,
              "new ToolIntent(ready.asRun(), ready.tool().effect(), prepared, ready.approval(),"
                  + " before));",
              "new ToolIntent(ready.asRun(), ready.tool().effect(), prepared, Optional.empty(),"
                  + " before));"),
          new Mutant(
              "what somebody knows to have happened is run again",
              UNKNOWN,
              "case ApprovalDecision.Happened _ ->"
                  + " new Settled.Known(HAPPENED, Optional.of(approval));",
              "case ApprovalDecision.Happened _ -> new Settled.RunIt(Optional.of(approval));"),
          new Mutant(
              "a call that somebody lets run again is not announced anew",
              TOOLS,
              "run.approval() .ifPresent(id -> announce(ready.approvedBy(id), intent.prepared(),"
                  + " intent.before()));",
              ""));

  private static final List<Mutant> SUB_AGENTS =
      List.of(
          new Mutant("a sub-agent is begun twice", TASK, "started.add(child.childRunId());", ""),
          new Mutant(
              "a sub-agent is ended twice", TASK, "return finished.add(child);", "return true;"),
          new Mutant(
              "each attempt begins a sub-agent anew",
              TASK,
              "return ChildIds.of(context.runId(), context.callId());",
              "return ChildIds.of(context.runId(), context.callId() + System.nanoTime());"),
          new Mutant(
              "a task is never taken up again",
              TASK,
              "return EffectClass.IDEMPOTENT;",
              "return EffectClass.UNSAFE;"),
          new Mutant(
              "a sub-agent that waits counts as failed",
              TASK,
              "case RunEnd.Waiting waiting -> throw new CallSuspended(waiting);",
              "case RunEnd.Waiting waiting -> ToolResult.error(\"it waits\");"),
          new Mutant(
              "a cancelled sub-agent counts as done",
              TREE,
              "case RunEnd.Cancelled _, RunEnd.Waiting _, RunEnd.Yielded _ -> false;",
              "case RunEnd.Cancelled _, RunEnd.Waiting _, RunEnd.Yielded _ -> true;"),
          new Mutant(
              "a run ends while calls of it go on",
              TOOLS,
              "refused = refused.or(() -> Optional.of(e));",
              "throw e;"));

  private static final List<Mutant> BUDGETS =
      List.of(
          new Mutant(
              "what a sub-agent spent is not counted after a crash",
              TALLY,
              "descend(entries, journalOf, beneath); var all",
              "var all"),
          new Mutant(
              "answers of before a crash are not counted",
              ACCOUNT,
              "this.modelCalls = before.modelCalls();",
              "this.modelCalls = 0;"),
          new Mutant(
              "calls of before a crash are not counted",
              ACCOUNT,
              "this.toolCalls = before.toolCalls();",
              "this.toolCalls = 0;"),
          new Mutant("answers are not counted", ACCOUNT, "modelCalls++;", ""),
          new Mutant(
              "a call is served whatever the budget says",
              TOOLS,
              "if (!plan.account().admitsTool()) {",
              "if (!plan.account().admitsTool() && before.turns() == 0) {"),
          new Mutant(
              "a call is counted when the next one is served",
              ACCOUNT,
              "breach == null && toolCalls >= budget.toolCalls().orElse(Integer.MAX_VALUE)) {"
                  + " breach =",
              "breach == null && toolCalls > budget.toolCalls().orElse(Integer.MAX_VALUE)) {"
                  + " breach ="),
          new Mutant(
              "calls that no budget admitted are closed for good",
              TOOLS,
              "if (!plan.account().admitsTool()) { break; }",
              "if (!plan.account().admitsTool()) {"
                  + " record(pending.call(), pending.call(), ToolResult.error(\"no\"),"
                  + " Optional.empty(), before); break; }"));

  private static final List<Mutant> ANSWERS =
      List.of(
          new Mutant(
              "an answer is not checked",
              ANSWER,
              "|| transcript.end().isPresent()) {",
              "|| transcript.turns() > 0) {"),
          new Mutant(
              "an answer that does not fit is given out",
              ANSWER,
              "askAgain(unfit.faults()); yield Optional.empty();",
              "yield Optional.of(new RunEnd.Completed(text));"),
          new Mutant(
              "what the check made of an answer is lost",
              ANSWER,
              "new RunEnd.Completed(fits.answer())",
              "end"),
          new Mutant(
              "what is wrong with an answer is said without a record",
              ANSWER,
              "recorder.append(List.of(new JournalEntry.UserMessage(text)));",
              ""));

  private static final List<Mutant> FILES =
      List.of(
          new Mutant(
              "the state before a change is not kept",
              Suite.FILES,
              TOOLS,
              "before = ready.tool().before(ready.arguments(), ready.context()).map(this::keepable);",
              "before = Optional.empty();"),
          new Mutant(
              "the state before a change is taken after it",
              Suite.FILES,
              TOOLS,
              "before = ready.tool().before(ready.arguments(), ready.context()).map(this::keepable);",
              "var early = run(ready);"
                  + " before = ready.tool().before(ready.arguments(), ready.context());"),
          new Mutant(
              "a file that the run made is not removed",
              Suite.FILES,
              BEFORE,
              "return Optional.of(new FileState(path, Kept.ABSENT, \"\", \"\", \"\", after));",
              "return Optional.empty();"),
          new Mutant(
              "files are put back before the run is told",
              Suite.FILES,
              UNDO,
              "new SteeringDesk(journal).say(runId, told(todo), by); todo.forEach(this::putBack);",
              "todo.forEach(this::putBack); new SteeringDesk(journal).say(runId, told(todo), by);"));

  static final List<Mutant> ALL =
      List.of(APPROVALS, SUB_AGENTS, BUDGETS, ANSWERS, FILES).stream()
          .flatMap(List::stream)
          .toList();

  private TreeMutants() {}
}
