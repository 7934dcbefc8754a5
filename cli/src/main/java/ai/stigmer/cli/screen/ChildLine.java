package ai.stigmer.cli.screen;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import java.util.Locale;
import java.util.Optional;

/** What a sub-agent does, as one indented line for people; what it says is left out. */
final class ChildLine {
  private static final int NAME = 63;

  private ChildLine() {}

  /** The line; empty for what people need not see. */
  static Optional<String> of(AgentEvent.Child child, Palette palette) {
    return line(child.event(), palette)
        .map(line -> "  " + Visible.line(child.agent(), NAME) + ": " + line.stripLeading());
  }

  private static Optional<String> line(AgentEvent event, Palette palette) {
    return switch (event) {
      case AgentEvent.RunStarted started ->
          Optional.of(
              started.beginning() == AgentEvent.Beginning.NEW
                  ? "begins"
                  : "goes on after entry " + (started.seq() - 1));
      case AgentEvent.ToolFinished finished ->
          Optional.of(ToolLine.of(finished.call(), finished.result(), palette));
      case AgentEvent.Retrying retrying -> Optional.of(RetryLine.of(retrying));
      case AgentEvent.ModelSwitched switched -> Optional.of(RetryLine.of(switched));
      case AgentEvent.Compacted compacted -> Optional.of(ContextLine.compacted(compacted));
      case AgentEvent.Notice notice ->
          Optional.of("note: " + Visible.answer(notice.code() + " " + notice.text()));
      case AgentEvent.ApprovalRequested requested ->
          Optional.of("waits for approval " + requested.request().id());
      case AgentEvent.ApprovalDecided decided ->
          Optional.of("approval " + decided.request().id() + " is decided");
      case AgentEvent.Child child -> of(child, palette);
      case AgentEvent.RunFinished finished -> Optional.of(palette.dim(end(finished.result())));
      case AgentEvent.TurnStarted _,
          AgentEvent.TextDelta _,
          AgentEvent.ThinkingDelta _,
          AgentEvent.TurnFinished _,
          AgentEvent.ToolStarted _ ->
          Optional.empty();
    };
  }

  private static String end(RunResult result) {
    return String.format(
        Locale.ROOT,
        "%s · %s · %s",
        Ends.status(result.end()),
        Count.of(result.turns(), "turn"),
        Spending.of(result.spent()).tokensInWords());
  }
}
