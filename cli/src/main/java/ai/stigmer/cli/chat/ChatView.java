package ai.stigmer.cli.chat;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.Palette;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.screen.ShownModel;
import ai.stigmer.cli.screen.Spending;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A run of several turns, as another view shows it; its ends are only pauses.
 *
 * <p>Thread contract: as {@link RunView}; {@link #answering} is thread-safe.
 */
public final class ChatView implements RunView {
  private static final String SAID = "W403";
  private static final String RESUME = "stigmer resume";

  private final RunView text;
  private final PrintStream err;
  private final Palette palette;
  private final AtomicReference<String> answered = new AtomicReference<>("");

  public ChatView(RunView text, PrintStream err, Palette palette) {
    this.text = requireNonNull(text, "text is null");
    this.err = requireNonNull(err, "err is null");
    this.palette = requireNonNull(palette, "palette is null");
  }

  /** The message that the next turn answers; that it was heard needs no words. */
  public void answering(String message) {
    answered.set(message);
  }

  @Override
  public void begin(ShownModel model, String startLine, String configuration) {
    text.begin(model, startLine, configuration);
  }

  @Override
  public void note(String words) {
    text.note(words);
  }

  @Override
  public void failed(Problem problem) {
    text.failed(problem);
  }

  @Override
  public void accept(AgentEvent event) {
    switch (event) {
      case AgentEvent.RunStarted _ -> {}
      case AgentEvent.RunFinished finished -> paused(finished.result());
      case AgentEvent.Notice notice when notice.code().equals(SAID) -> said(notice.text());
      default -> text.accept(event);
    }
  }

  private void said(String words) {
    String answering = answered.getAndSet("");
    if (answering.isEmpty() || !words.endsWith(answering)) {
      tell(palette.dim(Visible.answer("heard at this step: " + words)));
    }
  }

  private void paused(RunResult result) {
    Ends.problem(result.end(), result.runId())
        .ifPresent(problem -> err.print(ProblemText.of(inChat(problem), palette)));
    if (result.end() instanceof RunEnd.Cancelled) {
      err.println("broken off; everything up to here is journaled");
    }
    tell(palette.dim(spent(Spending.of(result.spent()))));
  }

  /** Where the whole session goes on, not only the turn. */
  private static Problem inChat(Problem problem) {
    return new Problem(
        problem.code(),
        problem.category(),
        problem.message(),
        problem.from(),
        problem.help().stream().map(ChatView::inChat).toList());
  }

  private static String inChat(String help) {
    return help.contains("--context-length") ? help : help.replace(RESUME, "stigmer chat --resume");
  }

  /** Tokens and money in a few words. */
  public static String spent(Spending spending) {
    return spending.tokensInWords()
        + Optional.of(spending.costInWords())
            .filter(cost -> !cost.isEmpty())
            .map(cost -> " · " + cost)
            .orElse("")
        + " in this session";
  }

  private void tell(String line) {
    err.println(line);
    err.flush();
  }
}
