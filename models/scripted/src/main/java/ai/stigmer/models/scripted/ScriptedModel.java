package ai.stigmer.models.scripted;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRef;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.models.scripted.Scenario.Expectation;
import ai.stigmer.models.scripted.Scenario.ScriptedCall;
import ai.stigmer.models.scripted.Scenario.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Plays a scenario: no real model, no network, always the same. Its place in the play is the number
 * of answers so far, so a run that is resumed goes on at the right turn. Summaries are not part of
 * the play.
 *
 * <p>Thread contract: thread-safe; holds no state.
 */
public final class ScriptedModel implements ChatModel {
  /** No scenario can know when the context window is full. */
  private static final Turn SUMMARY = Turn.says("The scenario went on as it is written.");

  private final Scenario scenario;

  private ScriptedModel(Scenario scenario) {
    this.scenario = scenario;
  }

  public static ScriptedModel of(Scenario scenario) {
    return new ScriptedModel(scenario);
  }

  @Override
  public String provider() {
    return ModelRef.SCRIPTED;
  }

  @Override
  public String model() {
    return scenario.name();
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    if (request.purpose() == ModelRequest.Purpose.SUMMARY) {
      return new ModelResult.Turn(played(SUMMARY, 0));
    }
    int position = request.turn();
    if (position >= scenario.turns().size()) {
      return failure(
          Problem.of(
                  "E602",
                  Category.RUN,
                  "the scenario has "
                      + scenario.turns().size()
                      + " turns, and the run wants one more")
              .from(scenario.name())
              .help("end the scenario with a turn that calls no tool"));
    }
    Turn turn = scenario.turns().get(position);
    Optional<Problem> unmet = unmet(turn, results(request), position + 1);
    if (unmet.isPresent()) {
      return failure(unmet.get());
    }
    if (waited(turn.delay(), cancel)) {
      return new ModelResult.Cancelled();
    }
    stream(turn, events);
    return new ModelResult.Turn(played(turn, position));
  }

  private static boolean waited(Duration delay, CancelToken cancel) {
    var cancelled = new CountDownLatch(1);
    try (var _ = cancel.onCancel(cancelled::countDown)) {
      return cancelled.await(delay.toMillis(), TimeUnit.MILLISECONDS) || cancel.isCancelled();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static void stream(Turn turn, Consumer<ModelEvent> events) {
    if (!turn.thinking().isEmpty()) {
      events.accept(new ModelEvent.ThinkingDelta(turn.thinking()));
    }
    int start = 0;
    while (start < turn.text().length()) {
      int space = turn.text().indexOf(' ', start);
      int end = space < 0 ? turn.text().length() : space + 1;
      events.accept(new ModelEvent.TextDelta(turn.text().substring(start, end)));
      start = end;
    }
  }

  private ModelTurn played(Turn turn, int position) {
    var blocks = new ArrayList<Block>();
    if (!turn.thinking().isEmpty()) {
      blocks.add(new Block.Thinking(turn.thinking()));
    }
    if (!turn.text().isEmpty()) {
      blocks.add(new Block.Text(turn.text()));
    }
    for (int i = 0; i < turn.calls().size(); i++) {
      ScriptedCall call = turn.calls().get(i);
      blocks.add(
          new Block.Call(
              new ToolCall("call_" + position + "_" + i, call.tool(), call.arguments())));
    }
    return new ModelTurn(
        provider(),
        model(),
        "{}",
        blocks,
        Usage.NONE,
        turn.calls().isEmpty() ? StopReason.END : StopReason.TOOL_USE);
  }

  /** The tool results since the last answer. */
  private static List<ToolResult> results(ModelRequest request) {
    var results = new ArrayList<ToolResult>();
    for (Message message : request.messages().reversed()) {
      if (!(message instanceof Message.ToolAnswer answer)) {
        break;
      }
      results.addFirst(answer.result());
    }
    return results;
  }

  private Optional<Problem> unmet(Turn turn, List<ToolResult> results, int number) {
    for (int i = 0; i < turn.expectations().size(); i++) {
      Expectation expected = turn.expectations().get(i);
      Optional<ToolResult> seen =
          i < results.size() ? Optional.of(results.get(i)) : Optional.empty();
      if (seen.isEmpty() || !meets(expected, seen.get())) {
        return Optional.of(
            Problem.of(
                    "E601",
                    Category.RUN,
                    "turn " + number + " of the scenario expected another tool result")
                .from(
                    scenario.name(),
                    "expected: " + words(expected),
                    "seen: " + seen.map(ScriptedModel::words).orElse("no result"))
                .help("mend the scenario, or what the tool does"));
      }
    }
    return Optional.empty();
  }

  private static boolean meets(Expectation expected, ToolResult seen) {
    return expected.contains().map(seen.text()::contains).orElse(true)
        && expected.status().map(seen.status()::equals).orElse(true);
  }

  private static String words(Expectation expected) {
    return expected.status().map(status -> status + " ").orElse("")
        + expected.contains().map(text -> "\"" + text + "\"").orElse("");
  }

  private static String words(ToolResult seen) {
    String text = seen.text();
    return seen.status()
        + " \""
        + (text.length() > 300 ? text.substring(0, 300) + "…" : text)
        + "\"";
  }

  private static ModelResult failure(Problem problem) {
    return new ModelResult.Failed(
        ModelFailure.of(ModelRef.SCRIPTED, 0, ModelFailure.Kind.BAD_REQUEST, problem));
  }
}
