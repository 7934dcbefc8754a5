package ai.stigmer.cli.screen;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.loop.ApprovalDesk;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/*
 * A model's text can turn out to be no answer: the connection breaks, or the provider's module finds that the model
 * never saw the whole prompt. On a screen it is shown as it comes, and called void when it is. Anywhere else
 * somebody takes what is printed for the answer, so a turn's text is printed once the turn counts.
 */
/** A run for people: the answer on standard output, everything else on standard error. */
public final class TextView implements RunView {

  /** How much is shown. */
  public enum Detail {
    /** The answer, tool calls, the end. */
    NORMAL,
    /** The thinking and the results of tools as well. */
    VERBOSE
  }

  private final PrintStream out;
  private final PrintStream err;
  private final Terminal terminal;
  private final Detail detail;

  private final StringBuilder unconfirmed = new StringBuilder();
  private long shown;
  private boolean lineOpen;
  private boolean thinkingOpen;
  private boolean spoken;
  private String options = "";

  public TextView(PrintStream out, PrintStream err, Terminal terminal, Detail detail) {
    this.out = out;
    this.err = err;
    this.terminal = requireNonNull(terminal, "terminal is null");
    this.detail = requireNonNull(detail, "detail is null");
  }

  @Override
  public void begin(ShownModel model, String startLine, String configuration) {
    tell(startLine);
    if (model.scripted()) {
      tell("scripted model: a written scenario answers, no model is asked");
    }
  }

  @Override
  public void note(String text) {
    tell("note: " + Visible.answer(text));
  }

  @Override
  public void failed(Problem problem) {
    closeLines();
    err.print(ProblemText.of(problem, terminal.palette()));
    err.flush();
  }

  @Override
  public void accept(AgentEvent event) {
    switch (event) {
      case AgentEvent.RunStarted started -> started(started);
      case AgentEvent.TurnStarted _ -> turnStarted();
      case AgentEvent.TextDelta delta -> heard(delta.text());
      case AgentEvent.ThinkingDelta delta -> thinking(delta.text());
      case AgentEvent.Retrying retrying -> retrying(retrying);
      case AgentEvent.ModelSwitched switched -> switched(switched);
      case AgentEvent.TurnFinished finished -> turnFinished(finished.end());
      case AgentEvent.ApprovalRequested _ -> closeLines();
      case AgentEvent.ApprovalDecided decided -> decided(decided);
      case AgentEvent.ToolStarted started -> toolStarted(started);
      case AgentEvent.ToolFinished finished -> toolFinished(finished);
      case AgentEvent.Child child -> ChildLine.of(child, terminal.palette()).ifPresent(this::tell);
      case AgentEvent.Compacted compacted -> tell(ContextLine.compacted(compacted));
      case AgentEvent.Notice notice -> note(notice.code() + " " + notice.text());
      case AgentEvent.RunFinished finished -> finished(finished.result());
    }
  }

  @Override
  public Consumer<AgentEvent> answerOnly() {
    return event -> {
      if (!(event instanceof AgentEvent.TextDelta)) {
        accept(event);
      }
    };
  }

  private void started(AgentEvent.RunStarted started) {
    if (started.beginning() == AgentEvent.Beginning.RESUMED) {
      tell("run " + started.runId() + " goes on after entry " + (started.seq() - 1));
    }
  }

  private void turnStarted() {
    closeLines();
    forget();
  }

  private void heard(String text) {
    if (terminal.out()) {
      shown += text.length();
      text(text);
    } else {
      unconfirmed.append(text);
    }
  }

  private void turnFinished(AgentEvent.TurnEnd end) {
    if (end instanceof AgentEvent.TurnEnd.Answered) {
      if (!unconfirmed.isEmpty()) {
        text(unconfirmed.toString());
      }
    } else if (shown > 0) {
      tell("what was shown of that answer is void; it is not an answer");
    }
    forget();
    closeLines();
  }

  private void forget() {
    shown = 0;
    unconfirmed.setLength(0);
  }

  private void text(String text) {
    spoken = true;
    if (thinkingOpen) {
      closeLines();
    }
    out.print(terminal.out() ? Visible.answer(text) : text);
    out.flush();
    if (!text.isEmpty()) {
      lineOpen = !text.endsWith("\n");
    }
  }

  private void thinking(String text) {
    if (detail == Detail.VERBOSE) {
      thinkingOpen = true;
      err.print(terminal.palette().dim(Visible.answer(text)));
      err.flush();
    }
  }

  private void retrying(AgentEvent.Retrying retrying) {
    tell(RetryLine.of(retrying));
    tellOfVoid(retrying.discarded());
  }

  private void switched(AgentEvent.ModelSwitched switched) {
    tell(RetryLine.of(switched));
    tellOfVoid(switched.discarded());
  }

  private void tellOfVoid(long discarded) {
    if (shown > 0 && discarded > 0) {
      tell("what was shown of that answer is void; it begins again");
    }
    forget();
  }

  /** Whoever decided here knows it. */
  private void decided(AgentEvent.ApprovalDecided decided) {
    if (decided.by().equals(Decider.here())) {
      return;
    }
    tell(
        decided.request().id()
            + " "
            + Visible.answer(ApprovalDesk.words(decided.decision()))
            + ", by "
            + Visible.answer(decided.by()));
  }

  private void toolStarted(AgentEvent.ToolStarted started) {
    if (detail == Detail.VERBOSE) {
      tell(terminal.palette().dim("… " + ToolLine.call(started.call())));
    }
  }

  private void toolFinished(AgentEvent.ToolFinished finished) {
    tell(ToolLine.of(finished.call(), finished.result(), terminal.palette()));
    if (detail == Detail.VERBOSE) {
      tell(
          terminal
              .palette()
              .dim(Visible.answer(finished.result().text()).indent(4).stripTrailing()));
    }
  }

  @Override
  public void needs(String more) {
    options = more;
  }

  private void finished(RunResult result) {
    if (!spoken && result.end() instanceof RunEnd.Completed) {
      text(result.text());
    }
    closeLines();
    Ends.problem(result.end(), result.runId())
        .ifPresent(problem -> err.print(ProblemText.of(problem, terminal.palette())));
    if (result.end() instanceof RunEnd.Cancelled) {
      err.println("cancelled: everything up to here is journaled");
    }
    err.println(terminal.palette().dim(summary(result)));
    if (!(result.end() instanceof RunEnd.Completed || Ends.saysHowToGoOn(result.end()))) {
      err.println("go on with: stigmer resume" + options + " " + result.runId());
    }
    err.flush();
  }

  private static String summary(RunResult result) {
    Spending spending = Spending.of(result.spent());
    String cost = spending.costInWords();
    return String.format(
        Locale.ROOT,
        "%s · %s · %s%s · run %s",
        Ends.status(result.end()),
        Count.of(result.turns(), "turn"),
        spending.tokensInWords(),
        cost.isEmpty() ? "" : " · " + cost,
        result.runId());
  }

  private void tell(String line) {
    closeLines();
    err.println(line);
    err.flush();
  }

  private void closeLines() {
    if (lineOpen) {
      out.println();
      out.flush();
      lineOpen = false;
    }
    if (thinkingOpen) {
      err.println();
      thinkingOpen = false;
    }
  }
}
