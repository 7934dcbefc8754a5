package ai.stigmer.cli.session;

import ai.stigmer.cli.screen.ContextLine;
import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.Palette;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Spending;
import ai.stigmer.cli.screen.ToolLine;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.ModelCatalog;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A recorded run as text for people: every entry with its number. */
public final class Transcript {
  private static final int RESULT_LINES = 12;
  private static final int LINE = 160;

  private final StringBuilder text = new StringBuilder();
  private final Map<String, ToolCall> open = new LinkedHashMap<>();

  /** By the approval: the arguments that somebody put in the place of the model's. */
  private final Map<String, String> edited = new HashMap<>();

  private final List<TurnUsage> spent = new ArrayList<>();

  private Transcript() {}

  /** The whole run; a call that was begun and has no outcome is named at the end. */
  public static String of(List<Recorded> entries) {
    Transcript transcript = new Transcript();
    entries.forEach(transcript::add);
    transcript.openCalls();
    transcript.total();
    transcript.text.append(
        ContextLine.of(ai.stigmer.graphton.loop.Transcript.of(entries)).orElse(""));
    return transcript.text.toString();
  }

  private void add(Recorded recorded) {
    String number = String.format(Locale.ROOT, "%4d  ", recorded.seq());
    switch (recorded.entry()) {
      case JournalEntry.RunStarted started -> {
        line(number, "run of agent " + started.agent() + ", " + recorded.time());
        body("user: " + started.input());
      }
      case JournalEntry.RunResumed resumed -> line(number, "resumed by " + resumed.owner());
      case JournalEntry.Turn turn -> turn(number, turn.turn());
      case JournalEntry.ToolIntent intent -> {
        open.put(intent.call().id(), intent.call());
        line(number, "about to run " + ToolLine.call(intent.call()));
      }
      case JournalEntry.ToolOutcome outcome -> {
        line(number, ToolLine.of(asRun(outcome), outcome.result(), Palette.PLAIN));
        result(outcome.result().text());
      }
      case JournalEntry.ApprovalRequested(ApprovalRequest asked) -> {
        line(number, "asks " + asked.id() + ": " + question(asked) + ToolLine.call(asked.call()));
        body(asked.why());
      }
      case JournalEntry.ApprovalDecided decided -> {
        if (decided.decision() instanceof ApprovalDecision.Edited(String arguments)) {
          edited.put(decided.approval(), arguments);
        }
        line(number, decided(decided));
      }
      case JournalEntry.UserMessage message -> {
        line(number, "user");
        body(message.text());
      }
      case JournalEntry.ModelSwitched switched -> {
        line(number, "model: " + switched.to() + " instead of " + switched.from());
        body(switched.why());
      }
      case JournalEntry.ChildStarted child ->
          line(number, "sub-agent " + child.agent() + " begins: run " + child.childRunId());
      case JournalEntry.ChildFinished child -> child(number, child);
      case JournalEntry.RunForked forked ->
          line(number, "forked from run " + forked.from() + " at its entry " + forked.at());
      case JournalEntry.AttemptFailed failed -> {
        spent.add(failed.spent());
        line(number, "an answer that broke off " + words(failed.spent()));
      }
      case JournalEntry.Compacted compacted -> compacted(number, compacted);
      case JournalEntry.CompactionFailed failed -> {
        spent.add(failed.spent());
        line(number, "a summary that could not be used " + words(failed.spent()));
        body(failed.why());
      }
      case JournalEntry.ResultKept kept -> line(number, kept(kept));
      case JournalEntry.WorkspaceSaved saved -> line(number, "workspace kept: " + saved.snapshot());
      case JournalEntry.RunFinished finished -> {
        line(number, "end: " + Ends.status(finished.end()));
        Ends.problem(finished.end()).ifPresent(p -> body(ProblemText.of(p, Palette.PLAIN)));
      }
    }
  }

  /** An intent holds the call as it was run; one that only reads has none. */
  private ToolCall asRun(JournalEntry.ToolOutcome outcome) {
    ToolCall call = outcome.call();
    ToolCall intended = open.remove(call.id());
    return intended != null
        ? intended
        : outcome
            .approval()
            .filter(edited::containsKey)
            .map(id -> new ToolCall(call.id(), call.name(), edited.getOrDefault(id, "")))
            .orElse(call);
  }

  private static String decided(JournalEntry.ApprovalDecided decided) {
    return decided.approval()
        + " "
        + Visible.answer(ApprovalDesk.words(decided.decision()))
        + ", by "
        + Visible.answer(decided.by());
  }

  private static String kept(JournalEntry.ResultKept kept) {
    return String.format(
        Locale.ROOT,
        "kept whole: %s (%,d characters)",
        Visible.line(kept.name(), LINE),
        kept.text().length());
  }

  private void compacted(String number, JournalEntry.Compacted compacted) {
    spent.add(compacted.spent());
    line(
        number,
        ContextLine.compacted(
                compacted.replaced(), compacted.before(), compacted.after(), compacted.window())
            + " "
            + words(compacted.spent()));
    result(compacted.text());
  }

  private void child(String number, JournalEntry.ChildFinished child) {
    Spending all = Spending.of(child.spent());
    spent.addAll(child.spent());
    line(number, "sub-agent's end: " + Ends.status(child.end()) + " " + words(all));
  }

  private static String question(ApprovalRequest asked) {
    return switch (asked.question()) {
      case MAY_IT_RUN -> "may this run? ";
      case DID_IT_HAPPEN -> "did this take effect? ";
    };
  }

  private void turn(String number, ModelTurn turn) {
    TurnUsage used = TurnUsage.of(turn);
    spent.add(used);
    line(number, turn.provider() + "/" + turn.model() + " " + words(used));
    for (Block block : turn.blocks()) {
      switch (block) {
        case Block.Text said -> body(said.text());
        case Block.Thinking thinking -> body("(thinking) " + thinking.text());
        case Block.Call call -> body("calls " + ToolLine.call(call.call()));
      }
    }
  }

  private static String words(TurnUsage used) {
    return words(Spending.of(List.of(used)));
  }

  private static String words(Spending spending) {
    String cost = spending.costInWords();
    return "(" + spending.tokensInWords() + (cost.isEmpty() ? "" : ", " + cost) + ")";
  }

  private void total() {
    if (spent.isEmpty()) {
      return;
    }
    Spending all = Spending.of(spent);
    Usage usage = all.usage();
    text.append(
        String.format(
            Locale.ROOT,
            "tokens  %,d input, %,d from the cache, %,d to the cache, %,d output (%,d thinking)%n",
            usage.input(),
            usage.cacheRead(),
            usage.cacheWrite(),
            usage.output(),
            usage.reasoning()));
    all.cachedPercent()
        .ifPresent(share -> text.append("cached  ").append(share).append("% of all input\n"));
    if (!all.costInWords().isEmpty()) {
      text.append("cost    ")
          .append(all.costInWords())
          .append(" (prices of ")
          .append(ModelCatalog.asOf())
          .append(")\n");
    }
  }

  private void openCalls() {
    for (ToolCall call : open.values()) {
      line(
          "   ?  ",
          "UNKNOWN: " + ToolLine.call(call) + " was begun and has no outcome in the journal");
    }
  }

  private void result(String result) {
    List<String> lines = result.lines().toList();
    lines.stream().limit(RESULT_LINES).forEach(l -> body(Visible.line(l, LINE)));
    if (lines.size() > RESULT_LINES) {
      body("… " + (lines.size() - RESULT_LINES) + " more lines: stigmer sessions export");
    }
  }

  private void line(String number, String what) {
    text.append(number).append(what).append('\n');
  }

  private void body(String what) {
    Visible.answer(what).lines().forEach(l -> text.append("      ").append(l).append('\n'));
  }
}
