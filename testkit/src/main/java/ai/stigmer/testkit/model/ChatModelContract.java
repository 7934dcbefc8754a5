package ai.stigmer.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link ChatModel} promises: one ending, as a value; deltas before it, on the caller's
 * thread, that make up the turn's text; calls that can be told apart; calls at once that do not
 * disturb each other; nothing asked once the token is cancelled.
 */
@Timeout(120)
public abstract class ChatModelContract {
  private static final int AT_ONCE = 50;

  /** The tool that every request offers. */
  public static final ToolSpec LS =
      new ToolSpec(
          "ls",
          "Lists a folder.",
          "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"}}}");

  /** A model and what stands behind it, open for one test. */
  public interface Stage extends AutoCloseable {
    ChatModel model();

    @Override
    void close();
  }

  /** The id that the model must give as its provider. */
  protected abstract String provider();

  /**
   * A model that answers any number of requests: at first with thinking, where it can think, then
   * with some text in more than one piece, then with two calls of {@link #LS} with different paths;
   * and once these are answered, with text only.
   */
  protected abstract Stage working();

  /** A model that answers any number of requests with the same text. */
  protected abstract Stage talking();

  /** A request with one message of the user. */
  protected static ModelRequest hello() {
    return new ModelRequest("Be brief.", List.of(new Message.User("hello")), List.of(LS));
  }

  /** The request that follows a turn whose calls were all answered. */
  protected static ModelRequest after(ModelRequest request, ModelTurn turn) {
    List<Message> messages = new ArrayList<>(request.messages());
    messages.add(new Message.Assistant(turn));
    turn.calls().forEach(call -> messages.add(new Message.ToolAnswer(call, ToolResult.ok("a b"))));
    return new ModelRequest(request.system(), messages, request.tools());
  }

  @Test
  final void aTurnNamesItsProviderAndItsModel() {
    try (Stage stage = working()) {
      ModelTurn turn = turn(stage.model(), hello(), new ArrayList<>());

      assertThat(stage.model().provider()).isEqualTo(provider());
      assertThat(turn.provider()).isEqualTo(provider());
      assertThat(turn.model()).isEqualTo(stage.model().model());
      assertThat(turn.raw()).isNotBlank();
    }
  }

  @Test
  final void theDeltasAreTheTurnAndComeOnTheCallersThreadBeforeItsEnd() {
    try (Stage stage = working()) {
      List<ModelEvent> events = new CopyOnWriteArrayList<>();
      List<Thread> threads = new CopyOnWriteArrayList<>();

      ModelResult result =
          stage
              .model()
              .call(
                  hello(),
                  new CancelToken(),
                  event -> {
                    events.add(event);
                    threads.add(Thread.currentThread());
                  });
      int before = events.size();
      var _ = turn(stage.model(), hello(), new ArrayList<>());

      ModelTurn turn = ((ModelResult.Turn) result).turn();
      assertThat(text(events)).isEqualTo(turn.text()).isNotBlank();
      assertThat(thinking(events)).isEqualTo(thinking(turn));
      assertThat(threads).isNotEmpty().containsOnly(Thread.currentThread());
      assertThat(events).as("no event follows the end").hasSize(before);
    }
  }

  @Test
  final void callsKeepTheirOrderAndHaveIdsOfTheirOwnInEveryTurn() {
    try (Stage stage = working()) {
      ModelTurn turn = turn(stage.model(), hello(), new ArrayList<>());

      assertThat(turn.stop()).isEqualTo(StopReason.TOOL_USE);
      assertThat(turn.calls()).hasSize(2).extracting(ToolCall::name).containsOnly(LS.name());
      assertThat(turn.calls()).extracting(ToolCall::id).doesNotHaveDuplicates().doesNotContain("");
      assertThat(turn.calls()).extracting(ToolCall::arguments).doesNotHaveDuplicates();
    }
  }

  @Test
  final void aTurnGoesBackWithItsResultsAndTheModelGoesOn() {
    try (Stage stage = working()) {
      ModelTurn first = turn(stage.model(), hello(), new ArrayList<>());

      ModelTurn second = turn(stage.model(), after(hello(), first), new ArrayList<>());

      assertThat(second.calls()).isEmpty();
      assertThat(second.text()).isNotBlank();
      assertThat(second.stop()).isEqualTo(StopReason.END);
    }
  }

  @Test
  final void aCancelledTokenEndsTheCallBeforeItBegins() {
    try (Stage stage = talking()) {
      CancelToken cancel = new CancelToken();
      cancel.cancel();
      List<ModelEvent> events = new ArrayList<>();

      ModelResult result = stage.model().call(hello(), cancel, events::add);

      assertThat(result).isEqualTo(new ModelResult.Cancelled());
      assertThat(events).isEmpty();
    }
  }

  @Test
  final void manyCallsAtOnceDoNotDisturbEachOther() throws Exception {
    try (Stage stage = talking();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<String> call =
          () -> {
            List<ModelEvent> events = new ArrayList<>();
            ModelTurn turn = turn(stage.model(), hello(), events);
            assertThat(text(events)).isEqualTo(turn.text());
            return turn.text();
          };
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        calls.add(call);
      }

      List<Future<String>> results = threads.invokeAll(calls);

      String expected = call.call();
      for (Future<String> result : results) {
        assertThat(result.get()).isEqualTo(expected).isNotBlank();
      }
    }
  }

  @Test
  final void aModelCanBeClosedTwice() {
    try (Stage stage = talking()) {
      stage.model().close();
      stage.model().close();
    }
  }

  static ModelTurn turn(ChatModel model, ModelRequest request, List<ModelEvent> events) {
    return switch (model.call(request, new CancelToken(), events::add)) {
      case ModelResult.Turn(ModelTurn turn) -> turn;
      case ModelResult.Failed failed -> throw new AssertionError(failed.toString());
      case ModelResult.Cancelled cancelled -> throw new AssertionError(cancelled.toString());
    };
  }

  private static String text(List<ModelEvent> events) {
    StringBuilder text = new StringBuilder();
    for (ModelEvent event : events) {
      if (event instanceof ModelEvent.TextDelta(String delta)) {
        text.append(delta);
      }
    }
    return text.toString();
  }

  private static String thinking(List<ModelEvent> events) {
    StringBuilder text = new StringBuilder();
    for (ModelEvent event : events) {
      if (event instanceof ModelEvent.ThinkingDelta(String delta)) {
        text.append(delta);
      }
    }
    return text.toString();
  }

  private static String thinking(ModelTurn turn) {
    StringBuilder text = new StringBuilder();
    for (Block block : turn.blocks()) {
      if (block instanceof Block.Thinking(String thought)) {
        text.append(thought);
      }
    }
    return text.toString();
  }
}
