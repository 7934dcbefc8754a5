package ai.stigmer.benchmarks.crash;

import java.util.List;
import java.util.stream.Stream;

/**
 * The planted defects: those of the loop, the tools' stage, the fold, the journal and forks here,
 * those of approvals, sub-agents, budgets, answers and undo in {@link TreeMutants}.
 */
final class Mutants {
  private static final String ROOT = "graphton/src/main/java/ai/stigmer/graphton/";
  private static final String LOOP = ROOT + "loop/RunLoop.java";
  private static final String TOOLS = ROOT + "loop/ToolStage.java";
  private static final String ADMISSION = ROOT + "loop/CallAdmission.java";
  private static final String STEERING = ROOT + "loop/Steering.java";
  private static final String FOLD = ROOT + "loop/Transcript.java";
  private static final String MODELS = ROOT + "loop/ModelStage.java";
  private static final String PLACES = ROOT + "loop/Checkpoints.java";
  private static final String MEMORY = ROOT + "journal/InMemoryJournal.java";
  private static final String CODEC = ROOT + "journal/EntryCodec.java";
  private static final String COMPACT = ROOT + "loop/CompactStage.java";
  private static final String CUT = ROOT + "loop/Compaction.java";
  private static final String SIZE = ROOT + "loop/ContextState.java";
  private static final String SUMMARY_JSON = ROOT + "journal/CompactionJson.java";
  private static final String FORK = ROOT + "Fork.java";
  private static final String GRAPHTON = ROOT + "Graphton.java";

  private static final List<Mutant> OF_THE_LOOP =
      List.of(
          new Mutant(
              "a turn is shown before it is durable",
              LOOP,
              """
              long seq = append(List.of(new JournalEntry.Turn(answered.turn())));
              reservation.settle(TurnUsage.of(answered.turn()));
              events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Answered(answered.turn(), seq)));
              """,
              """
              reservation.settle(TurnUsage.of(answered.turn()));
              long seq = plan.writer().before().size() + 100L;
              events.send(new AgentEvent.TurnFinished(turn, new TurnEnd.Answered(answered.turn(), seq)));
              append(List.of(new JournalEntry.Turn(answered.turn())));
              """),
          new Mutant(
              "a turn is not journaled before its tools",
              LOOP,
              "long seq = append(List.of(new JournalEntry.Turn(answered.turn())));",
              "long seq = 1; transcript = transcript.plus(new JournalEntry.Turn(answered.turn()));"),
          new Mutant(
              "a resume forgets the last entry",
              LOOP,
              "Transcript.of(plan.redactor().record(plan.writer().before()));",
              "Transcript.of(plan.redactor().record("
                  + "plan.writer().before().subList(0, plan.writer().before().size() - 1)));"),
          new Mutant(
              "every entry is appended twice",
              LOOP,
              "long seq = plan.writer().append(clean);",
              "plan.writer().append(clean); long seq = plan.writer().append(clean);"),
          new Mutant(
              "intents are not journaled",
              LOOP,
              "long seq = plan.writer().append(clean);",
              "long seq = entries.getFirst() instanceof JournalEntry.ToolIntent ? 1"
                  + " : plan.writer().append(clean);"),
          new Mutant(
              "outcomes are not journaled",
              LOOP,
              "long seq = plan.writer().append(clean);",
              "long seq = entries.getFirst() instanceof JournalEntry.ToolOutcome ? 1"
                  + " : plan.writer().append(clean);"),
          new Mutant("the end is not journaled", LOOP, "append(entries); return", "return"),
          new Mutant(
              "a resume does not say so",
              LOOP,
              "long seq = loop.append(List.of(new JournalEntry.RunResumed(owner)));",
              "long seq = 1;"),
          new Mutant(
              "open calls are left open at the end",
              LOOP,
              "return end(judged.get(), notRun());",
              "return end(judged.get(), List.of());"),
          new Mutant(
              "open calls are closed before the end, not with it",
              LOOP,
              "return end(judged.get(), notRun());",
              "notRun().forEach(outcome -> append(List.of(outcome)));"
                  + " return end(judged.get(), List.of());"),
          new Mutant(
              "the effect comes before its intent",
              TOOLS,
              "announce(ready, prepared, before); return new Announced.Run(ready);",
              "ToolResult early = run(ready); announce(ready, prepared, before);"
                  + " record(ready, early, transcript); return new Announced.Done();"),
          new Mutant(
              "an outcome is recorded before the effect",
              TOOLS,
              "done.add(finish(going.getFirst()));",
              "record(going.getFirst(),"
                  + " ToolResult.ok(\"done: \" + going.getFirst().call().id()), before);"
                  + " finish(going.getFirst()); going.clear();"),
          new Mutant(
              "an unsafe call is run again after a crash",
              TOOLS,
              "plan.cancel().isCancelled() ? new Settled.Held(Optional.empty()) : unknown.settle(ready);",
              "new Settled.RunIt(Optional.empty());"),
          new Mutant(
              "what a tool settled is ignored",
              TOOLS,
              "new Settled.Known(happened.result(), Optional.empty());",
              "new Settled.RunIt(Optional.empty());"),
          new Mutant(
              "what did not happen is called unknown",
              TOOLS,
              "case Tool.Settlement.DidNotHappen _ -> new Settled.RunIt(Optional.empty());",
              "case Tool.Settlement.DidNotHappen _ ->"
                  + " new Settled.Known(UnknownOutcomes.TOLD, Optional.empty());"),
          new Mutant(
              "an announced call counts as new",
              TOOLS,
              "if (ready.intent().isPresent()) {",
              "if (ready.intent().isPresent() && ready.call().id().isEmpty()) {"),
          new Mutant(
              "every announced call is run again",
              TOOLS,
              "if (intent.effect() != EffectClass.UNSAFE && ready.tool().effect() != EffectClass.UNSAFE) {",
              "if (!intent.call().id().isEmpty()) {"),
          new Mutant(
              "an idempotent call is never run again",
              TOOLS,
              "if (intent.effect() != EffectClass.UNSAFE && ready.tool().effect() != EffectClass.UNSAFE) {",
              "if (intent.call().id().isEmpty()) {"),
          new Mutant(
              "a denied call runs",
              ADMISSION,
              "case Decision.Deny deny -> denied(deny.reason(), ready);",
              "case Decision.Deny deny -> new Admitted.Admissible(ready);"),
          new Mutant(
              "the idempotency key changes with each attempt",
              ADMISSION,
              "before.turns() + \"/\" + call.id()",
              "before.turns() + \"-\" + System.nanoTime() + \"/\" + call.id()"),
          new Mutant(
              "an outcome is shown before it is durable",
              TOOLS,
              """
              long seq =
                  approvals.append(cut.with(new JournalEntry.ToolOutcome(call, told, approval)));
              events.send(new AgentEvent.ToolFinished(asRun, told, seq));
              """,
              """
              events.send(new AgentEvent.ToolFinished(asRun, told, before.turns() + 100L));
              approvals.append(cut.with(new JournalEntry.ToolOutcome(call, told, approval)));
              """),
          new Mutant(
              "outcomes of parallel calls are mixed up",
              TOOLS,
              "next.result().ifPresent(result -> record(next.ready(), result, before));",
              "int at = i; next.result().ifPresent(result -> record(going.get(at), result, before));"),
          new Mutant(
              "idempotent calls run like reads",
              TOOLS,
              "return ready.tool().effect() == EffectClass.READ",
              "return ready.tool().effect() != EffectClass.UNSAFE"),
          new Mutant(
              "what the user says meanwhile is lost",
              STEERING,
              "recorder.append(List.of(new UserMessage(text, ++taken)));",
              "taken++;"),
          new Mutant(
              "what the user says is heard again after a resume",
              STEERING,
              "this.taken = taken(plan.writer().before());",
              "this.taken = 0;"),
          new Mutant(
              "answers stand in the wrong order",
              FOLD,
              "for (PendingCall open : openCalls) {",
              "for (PendingCall open : openCalls.reversed()) {"),
          new Mutant(
              "an outcome forgets those before it",
              FOLD,
              "var results = new LinkedHashMap<>(answered);",
              "var results = new LinkedHashMap<String, ToolResult>();"),
          new Mutant(
              "the fold forgets intents",
              FOLD,
              "? new PendingCall(call.call(), Optional.of(intent))",
              "? new PendingCall(call.call(), Optional.empty())"),
          new Mutant(
              "a resume asks for the last answer again",
              FOLD,
              "boolean unwanted = end instanceof RunEnd.Failed || end instanceof RunEnd.Stopped;",
              "boolean unwanted = true;"),
          new Mutant(
              "a resume forgets open calls",
              FOLD,
              "useless ? messages.subList(0, messages.size() - 1) : messages, openCalls, answered,",
              "useless ? messages.subList(0, messages.size() - 1) : messages, List.of(), answered,"),
          new Mutant(
              "a resume forgets which calls have their outcomes",
              FOLD,
              "useless ? messages.subList(0, messages.size() - 1) : messages, openCalls, answered,",
              "useless ? messages.subList(0, messages.size() - 1) : messages, openCalls, Map.of(),"),
          new Mutant(
              "another model is asked without a record",
              MODELS,
              "long seq = recorder.append(List.of(new JournalEntry.ModelSwitched(from, to, why)));",
              "long seq = 1;"),
          new Mutant(
              "a resume forgets which model it asked", MODELS, "startWhereTheRunWas(); }", "}"),
          new Mutant(
              "a fork asks the model that the other run had fallen back to",
              MODELS,
              "last = \"\"; }",
              "last = last.strip(); }"),
          new Mutant(
              "the epoch is not checked",
              MEMORY,
              "if (writersEpoch != epoch || !held) {",
              "if (writersEpoch > epoch) {"),
          new Mutant(
              "a run is taken from an owner that lives",
              MEMORY,
              "if (held && !owner.equals(gone) && alive.test(owner)) {",
              "if (held && owner.isEmpty()) {"),
          new Mutant(
              "only the first of several entries is written",
              MEMORY,
              "for (JournalEntry entry : more) {",
              "for (JournalEntry entry : more.subList(0, 1)) {"),
          new Mutant(
              "what a tool noted for settling is not written",
              CODEC,
              "intent.prepared().ifPresent(prepared -> node.put(\"prepared\", prepared));",
              ""),
          new Mutant(
              "the status of an outcome is not written",
              CODEC,
              ".put(\"status\", outcome.result().status().name())",
              ".put(\"status\", \"OK\")"),
          new Mutant(
              "a fork writes into the run that it is of",
              GRAPHTON,
              "return resume(agent, fork.runId());",
              "return resume(agent, fork.from());"),
          new Mutant(
              "a fork copies one entry less",
              FORK,
              "other.subList(0, (int) at)",
              "other.subList(0, (int) at - 1)"),
          new Mutant(
              "a fork does not say where it comes from",
              FORK,
              "entries.add(new JournalEntry.RunForked(from, at));",
              ""),
          new Mutant(
              "a run is forked within a call",
              PLACES,
              "if (transcript.pending().isEmpty()) {",
              "if (transcript.turns() >= 0) {"),
          new Mutant(
              "a summary is used without being journaled",
              LOOP,
              "long seq = plan.writer().append(clean);",
              "long seq = entries.getFirst() instanceof JournalEntry.Compacted ? 1"
                  + " : plan.writer().append(clean);"),
          new Mutant(
              "a summary is journaled twice",
              COMPACT,
              "long seq = recorder.append(List.of(compacted));",
              "recorder.append(List.of(compacted)); long seq = recorder.append(List.of(compacted));"),
          new Mutant(
              "a compaction is shown before it is durable",
              COMPACT,
              """
              long seq = recorder.append(List.of(compacted));
              events.send(
                  new AgentEvent.Compacted(
                      compacted.replaced(), compacted.before(), compacted.after(), compacted.window(), seq));
              """,
              """
              events.send(
                  new AgentEvent.Compacted(
                      compacted.replaced(), compacted.before(), compacted.after(), compacted.window(),
                      scope.transcript().turns() + 100L));
              recorder.append(List.of(compacted));
              """),
          new Mutant(
              "a summary takes one message more than it stands for",
              FOLD,
              "int from = Math.min(1 + compacted.replaced(), whole.size());",
              "int from = Math.min(2 + compacted.replaced(), whole.size());"),
          new Mutant(
              "a call is parted from its results",
              CUT,
              "return !answers && !goesOn;",
              "return !goesOn;"),
          new Mutant(
              "the answers that a summary stands for are forgotten",
              SIZE,
              "leftOut + answers,",
              "leftOut,"),
          new Mutant(
              "what a summary stands for is not written",
              SUMMARY_JSON,
              "put(\"replaced\", compacted.replaced())",
              "put(\"replaced\", 1)"));

  /** All of them. */
  static final List<Mutant> ALL =
      Stream.concat(OF_THE_LOOP.stream(), TreeMutants.ALL.stream()).toList();

  private Mutants() {}
}
