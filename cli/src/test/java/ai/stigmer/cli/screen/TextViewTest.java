package ai.stigmer.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of a model's text reaches standard output, on a screen and elsewhere. */
class TextViewTest {
  private static final Terminal SCREEN = new Terminal(true, true, true, Palette.PLAIN);
  private static final Problem REFUSED =
      Problem.of("E311", Problem.Category.MODEL, "the model did not see the whole prompt");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void textThatIsRefusedNeverReachesAPipe() {
    TextView view = view(Terminal.NONE);
    refused(view);
    assertThat(text(out)).isEmpty();
    assertThat(text(err)).contains("error[E311]", "failed · 0 turns");
  }

  @Test
  void onAScreenItIsShownAsItComesAndCalledVoid() {
    TextView view = view(SCREEN);
    view.accept(new AgentEvent.TextDelta(1, "garbage"));
    assertThat(text(out)).isEqualTo("garbage");
    refused(view);
    assertThat(text(err))
        .contains("what was shown of that answer is void; it is not an answer", "error[E311]");
  }

  @Test
  void ofAnAnswerThatBeganTwiceAPipeGetsTheSecondOnly() {
    TextView view = view(Terminal.NONE);
    view.accept(new AgentEvent.TurnStarted(1));
    view.accept(new AgentEvent.TextDelta(1, "half an ans"));
    view.accept(
        new AgentEvent.Retrying(
            1, 1, 4, Duration.ofSeconds(1), Duration.ofMinutes(1), "cut", failure(), 11));
    view.accept(new AgentEvent.TextDelta(1, "a whole "));
    view.accept(new AgentEvent.TextDelta(1, "answer"));
    assertThat(text(out)).isEmpty();
    view.accept(new AgentEvent.TurnFinished(1, answered("a whole answer")));
    assertThat(text(out)).isEqualTo("a whole answer\n");
    assertThat(text(err)).doesNotContain("void");
  }

  private static void refused(TextView view) {
    view.accept(new AgentEvent.TurnStarted(1));
    view.accept(new AgentEvent.TextDelta(1, "garbage"));
    view.accept(new AgentEvent.TurnFinished(1, new AgentEvent.TurnEnd.Failed(failure())));
    view.accept(
        new AgentEvent.RunFinished(
            new RunResult("r", new RunEnd.Failed(REFUSED, ""), 0, Usage.NONE)));
  }

  private static ModelFailure failure() {
    return ModelFailure.of("ollama", 200, ModelFailure.Kind.CONTEXT_OVERFLOW, REFUSED);
  }

  private static AgentEvent.TurnEnd answered(String text) {
    return new AgentEvent.TurnEnd.Answered(
        new ModelTurn(
            "ollama", "m", "{}", List.of(new Block.Text(text)), Usage.NONE, StopReason.END),
        2);
  }

  private TextView view(Terminal terminal) {
    return new TextView(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        terminal,
        TextView.Detail.NORMAL);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
