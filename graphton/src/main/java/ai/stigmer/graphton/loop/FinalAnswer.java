package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.answer.AnswerCheck.Verdict;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Message;
import java.util.List;
import java.util.Optional;

/**
 * Holds a run's answer against its check. One that does not fit is asked for once more, with what
 * is wrong; the second time the run fails.
 *
 * <p>Thread: the run's only.
 */
final class FinalAnswer {
  private static final String AGAIN = "Your answer cannot be used. What is wrong with it:";

  private final AnswerCheck check;
  private final EventSink events;
  private final ToolStage.Recorder recorder;

  FinalAnswer(AnswerCheck check, EventSink events, ToolStage.Recorder recorder) {
    this.check = check;
    this.events = events;
    this.recorder = recorder;
  }

  /** The end that it comes to; empty when the model is asked once more. */
  Optional<RunEnd> judge(RunEnd end, Transcript transcript) {
    if (!(end instanceof RunEnd.Completed(String text)) || transcript.end().isPresent()) {
      return Optional.of(end);
    }
    return switch (check.check(text)) {
      case Verdict.Fits fits -> Optional.of(new RunEnd.Completed(fits.answer()));
      case Verdict.Unfit unfit -> {
        if (wasAskedAgain(transcript)) {
          yield Optional.of(new RunEnd.Failed(unfit(unfit.faults()), text));
        }
        askAgain(unfit.faults());
        yield Optional.empty();
      }
    };
  }

  private void askAgain(List<String> faults) {
    String text =
        AGAIN
            + "\n- "
            + String.join("\n- ", faults)
            + "\nGive the whole answer again, and nothing else.";
    recorder.append(List.of(new JournalEntry.UserMessage(text)));
    events.send(
        new AgentEvent.Notice(
            "W404", "the answer does not fit, and is asked for again: " + faults.getFirst()));
  }

  /** Whether the last thing that the model was told is what is wrong with its answer. */
  static boolean wasAskedAgain(Transcript transcript) {
    return transcript.messages().reversed().stream()
        .filter(Message.User.class::isInstance)
        .map(message -> ((Message.User) message).text())
        .findFirst()
        .filter(text -> text.startsWith(AGAIN))
        .isPresent();
  }

  private static Problem unfit(List<String> faults) {
    return Problem.of(
            "E308", Problem.Category.MODEL, "the answer does not fit what was asked for, twice")
        .from(faults.toArray(String[]::new))
        .help(
            "let it try once more: stigmer resume ID",
            "or begin anew with a stronger model: -m MODEL, or a simpler schema");
  }
}
