package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.ToolResult.Status;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import ai.stigmer.testkit.EventLaws;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunLoopTest {
  private final EventLaws laws = new EventLaws();
  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final List<ModelRequest> asked = new ArrayList<>();
  private final AtomicInteger effects = new AtomicInteger();

  @AfterEach
  void theEventLawsHold() {
    laws.assertLaws();
    journal.close();
  }

  @Test
  void aToolIsRunAndTheModelSeesItsResult() {
    // Given
    Tool add =
        Tool.named("add")
            .describedAs("Adds one.")
            .string("n", "A number")
            .readOnly()
            .calling(args -> String.valueOf(Integer.parseInt(args.string("n")) + 1));
    // When
    RunResult result =
        runner(calls("add", "{\"n\":\"41\"}"), says("It is 42."))
            .run(Agent.named("a").tools(add).build(), "41 plus 1?");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("It is 42."));
    assertThat(asked.getLast().messages().getLast())
        .isEqualTo(
            new Message.ToolAnswer(
                new ToolCall("c0-0", "add", "{\"n\":\"41\"}"), ToolResult.ok("42")));
  }

  @Test
  void aTurnIsDurableBeforeItsToolsAndAnIntentBeforeAnEffect() {
    // Given
    var seen = new ArrayList<JournalEntry>();
    Tool write =
        Tool.named("write")
            .describedAs("Writes.")
            .calling(
                args -> {
                  seen.addAll(entries("r"));
                  return "ok";
                });
    // When
    runner(calls("write", "{}"), says("done"))
        .run(Agent.named("a").tools(write).build(), "go", "r");
    // Then
    assertThat(seen).hasSize(3);
    assertThat(seen.get(1)).isInstanceOf(JournalEntry.Turn.class);
    assertThat(seen.get(2)).isInstanceOf(JournalEntry.ToolIntent.class);
    assertThat(entries("r").get(3)).isInstanceOf(JournalEntry.ToolOutcome.class);
  }

  @Test
  void anEventThatNamesAnEntryComesAfterTheEntry() {
    // Given
    var early = new ArrayList<AgentEvent>();
    Consumer<AgentEvent> watcher =
        event -> {
          long seq =
              switch (event) {
                case AgentEvent.RunStarted started -> started.seq();
                case AgentEvent.ToolFinished finished -> finished.seq();
                case AgentEvent.TurnFinished(int turn, AgentEvent.TurnEnd.Answered answered) ->
                    answered.seq();
                case AgentEvent.TurnFinished other -> 0;
                case AgentEvent.TurnStarted other -> 0;
                case AgentEvent.TextDelta other -> 0;
                case AgentEvent.ThinkingDelta other -> 0;
                case AgentEvent.ToolStarted other -> 0;
                case AgentEvent.Notice other -> 0;
                case AgentEvent.RunFinished other -> 0;
              };
          if (seq > entries("r").size()) {
            early.add(event);
          }
          laws.accept(event);
        };
    // When
    runner(calls("work", "{}"), says("done"))
        .listener(watcher)
        .run(Agent.named("a").tools(counting()).build(), "go", "r");
    // Then
    assertThat(early).isEmpty();
  }

  @Test
  void aRunThatDiedBetweenIntentAndOutcomeNeverRepeatsTheEffectAndTellsTheModel() {
    // Given
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), counting());
    assertThat(effects).hasValue(0);
    // When
    RunResult result =
        runner(nothing(), says("I will look first."))
            .resume(Agent.named("a").tools(counting()).build(), "r");
    // Then
    assertThat(effects).hasValue(0);
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("I will look first."));
    assertThat(((Message.ToolAnswer) asked.getLast().messages().getLast()).result())
        .satisfies(
            told -> {
              assertThat(told.status()).isEqualTo(Status.UNKNOWN);
              assertThat(told.text()).contains("not known whether it took effect");
            });
  }

  @Test
  void aReadOnlyOrIdempotentToolIsRunAgainAfterACrash() {
    // Given
    Tool again =
        Tool.named("work")
            .describedAs("Works.")
            .idempotent()
            .calling(args -> "" + effects.incrementAndGet());
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), again);
    // When
    runner(nothing(), says("ok")).resume(Agent.named("a").tools(again).build(), "r");
    // Then
    assertThat(effects).hasValue(1);
    assertThat(((Message.ToolAnswer) asked.getLast().messages().getLast()).result())
        .isEqualTo(ToolResult.ok("1"));
  }

  @Test
  void recordedTurnsAreNotAskedAgainAndFinishedToolsNotRunAgain() {
    // Given
    dieAfter(JournalEntry.ToolOutcome.class, calls("work", "{}"), counting());
    assertThat(effects).hasValue(1);
    asked.clear();
    // When
    RunResult result =
        runner(nothing(), says("done")).resume(Agent.named("a").tools(counting()).build(), "r");
    // Then
    assertThat(effects).hasValue(1);
    assertThat(asked).hasSize(1);
    assertThat(result.turns()).isEqualTo(2);
  }

  @Test
  void aCompletedRunGivesItsRecordedResult() {
    runner(says("42")).run(Agent.named("a").build(), "?", "r");
    laws.assertLaws();
    int before = entries("r").size();
    var again = new EventLaws();
    RunResult result = runner().listener(again).resume(Agent.named("a").build(), "r");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("42"));
    assertThat(entries("r")).hasSize(before);
    again.assertLaws();
  }

  @Test
  void readOnlyToolsOfOneTurnRunAtTheSameTime() {
    // Given
    var barrier = new CyclicBarrier(3);
    Tool meet =
        Tool.named("meet")
            .describedAs("Waits for the others.")
            .optionalInteger("n", "which")
            .readOnly()
            .calling(
                args -> {
                  try {
                    barrier.await(20, TimeUnit.SECONDS);
                    return "met";
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
    // When
    RunResult result =
        runner(calls("meet", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}"), says("all met"))
            .run(Agent.named("a").tools(meet).build(), "go");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("all met"));
    assertThat(asked.getLast().messages().subList(2, 5))
        .allSatisfy(
            m -> assertThat(((Message.ToolAnswer) m).result()).isEqualTo(ToolResult.ok("met")));
  }

  @Test
  void wrongCallsAreAnsweredWithAHintAndNothingRuns() {
    RunResult result =
        runner(
                calls("wrok", "{}"),
                calls("work", "not json"),
                calls("work", "{\"surprise\":1}"),
                says("I give up"))
            .run(Agent.named("a").tools(counting()).build(), "go");
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("I give up"));
    assertThat(effects).hasValue(0);
    assertThat(asked.getLast().messages().stream().filter(Message.ToolAnswer.class::isInstance))
        .hasSize(3)
        .allSatisfy(
            m -> assertThat(((Message.ToolAnswer) m).result().status()).isEqualTo(Status.ERROR));
  }

  @Test
  void whatThePolicyDeniesLeavesNoIntentAndTellsTheModel() {
    runner(calls("work", "{}"), says("ok"))
        .policy((tool, call) -> new Decision.Deny("not today"))
        .run(Agent.named("a").tools(counting()).build(), "go", "r");
    assertThat(effects).hasValue(0);
    assertThat(entries("r")).noneMatch(JournalEntry.ToolIntent.class::isInstance);
    assertThat(((Message.ToolAnswer) asked.getLast().messages().getLast()).result())
        .isEqualTo(ToolResult.denied("not today"));
  }

  @Test
  void theThirdSameCallInARowIsServedWithAWarning() {
    runner(calls("work", "{}"), calls("work", "{ }"), calls("work", "{}"), says("ok"))
        .run(Agent.named("a").tools(counting()).build(), "go");
    assertThat(
            asked.getLast().messages().stream()
                .filter(Message.ToolAnswer.class::isInstance)
                .map(m -> ((Message.ToolAnswer) m).result().text().contains("3 times in a row")))
        .containsExactly(false, false, true);
  }

  @Test
  void theFifthSameCallEndsTheRunUnserved() {
    RunResult result =
        runner(
                calls("work", "{}"),
                calls("work", "{}"),
                calls("work", "{}"),
                calls("work", "{}"),
                calls("work", "{}"))
            .run(Agent.named("a").tools(counting()).build(), "go", "r");
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Stopped.class,
            stopped -> assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.LOOP));
    assertThat(effects).hasValue(4);
    assertThat(entries("r").get(entries("r").size() - 2))
        .isInstanceOfSatisfying(
            JournalEntry.ToolOutcome.class,
            outcome -> assertThat(outcome.result().status()).isEqualTo(Status.NOT_RUN));
  }

  @Test
  void aFailureOfTheModelEndsTheRunAndItCanGoOn() {
    // Given
    var problem = Problem.of("E201", Problem.Category.PROVIDER, "nobody answers");
    RunResult failed =
        runner(
                request ->
                    new ModelResult.Failed(
                        ModelFailure.of("fake", 0, ModelFailure.Kind.UNREACHABLE, problem)))
            .run(Agent.named("a").build(), "?", "r");
    assertThat(failed.end()).isEqualTo(new RunEnd.Failed(problem, ""));
    // When
    RunResult resumed =
        runner(says("here")).listener(e -> {}).resume(Agent.named("a").build(), "r");
    // Then
    assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("here"));
  }

  @Test
  void aCancelledRunEndsAndCanGoOn() {
    var cancel = new CancelToken();
    Tool stop =
        Tool.named("work")
            .describedAs("Cancels.")
            .calling(
                args -> {
                  cancel.cancel();
                  return "" + effects.incrementAndGet();
                });
    RunResult cancelled =
        runner(calls("work", "{}"), says("never"))
            .cancel(cancel)
            .run(Agent.named("a").tools(stop).build(), "go", "r");
    assertThat(cancelled.end()).isEqualTo(new RunEnd.Cancelled(""));
    RunResult resumed =
        runner(nothing(), says("done"))
            .listener(e -> {})
            .resume(Agent.named("a").tools(stop).build(), "r");
    assertThat(resumed.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(effects).hasValue(1);
  }

  @Test
  void interceptorsStandAroundModelAndTools() {
    var order = new ArrayList<String>();
    runner(calls("work", "{}"), says("ok"))
        .aroundModel(
            (request, next) -> {
              order.add("model");
              return next.apply(request);
            })
        .aroundTools(
            (tool, arguments, context, next) -> {
              order.add("outer");
              return next.run(arguments);
            })
        .aroundTools(
            (tool, arguments, context, next) -> {
              order.add("inner");
              return ToolResult.ok("instead of " + tool.spec().name());
            })
        .run(Agent.named("a").tools(counting()).build(), "go");
    assertThat(order).containsExactly("model", "outer", "inner", "model");
    assertThat(effects).hasValue(0);
    assertThat(((Message.ToolAnswer) asked.getLast().messages().getLast()).result().text())
        .isEqualTo("instead of work");
  }

  @Test
  void eachRequestContinuesTheOneBefore() {
    runner(calls("work", "{}"), calls("work", "{\"n\":\"2\"}"), says("ok"))
        .run(
            Agent.named("a")
                .instructions("Be brief.")
                .tools(
                    Tool.named("work")
                        .describedAs("Works.")
                        .optionalString("n", "which")
                        .calling(args -> "x"))
                .build(),
            "go");
    for (int i = 1; i < asked.size(); i++) {
      var earlier = asked.get(i - 1);
      assertThat(asked.get(i).messages().subList(0, earlier.messages().size()))
          .isEqualTo(earlier.messages());
      assertThat(asked.get(i).tools()).isEqualTo(earlier.tools());
      assertThat(asked.get(i).system()).isEqualTo(earlier.system());
    }
  }

  @Test
  void aListenerThatThrowsDoesNotHurtTheRun() {
    laws.accept(new AgentEvent.RunStarted("x", 1, AgentEvent.Beginning.NEW));
    RunResult result =
        runner(says("fine"))
            .listener(
                event -> {
                  throw new IllegalStateException("listener");
                })
            .run(Agent.named("a").build(), "go");
    laws.accept(new AgentEvent.RunFinished(result));
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("fine"));
  }

  private Tool counting() {
    return Tool.named("work")
        .describedAs("Counts.")
        .calling(args -> "" + effects.incrementAndGet());
  }

  private Graphton runner(Answer... answers) {
    return Graphton.with(new Answers(List.of(answers), asked)).journal(journal).listener(laws);
  }

  /** Runs until an entry of this kind is durable, and breaks off there as a dead process would. */
  private void dieAfter(Class<? extends JournalEntry> kind, Answer first, Tool tool) {
    try (var dying = new DyingJournal(journal, kind)) {
      Graphton.with(new Answers(List.of(first), asked))
          .journal(dying)
          .run(Agent.named("a").tools(tool).build(), "go", "r");
    } catch (DyingJournal.Died e) {
      return;
    }
    throw new AssertionError("the run did not come to " + kind);
  }

  private List<JournalEntry> entries(String runId) {
    return journal.read(runId).stream().map(Recorded::entry).toList();
  }

  private static Answer says(String text) {
    return request -> turn(List.of(new Block.Text(text)), StopReason.END);
  }

  private static Answer nothing() {
    return request -> {
      throw new AssertionError("this turn is recorded and must not be asked again");
    };
  }

  private static Answer calls(String tool, String... arguments) {
    return request -> {
      var blocks = new ArrayList<Block>();
      for (String text : arguments) {
        blocks.add(
            new Block.Call(new ToolCall("c" + request.turn() + "-" + blocks.size(), tool, text)));
      }
      return turn(blocks, StopReason.TOOL_USE);
    };
  }

  private static ModelResult turn(List<Block> blocks, StopReason stop) {
    return new ModelResult.Turn(
        new ModelTurn("fake", "fake-1", "{}", blocks, Usage.of(10, 2), stop));
  }

  /** One answer of the model. */
  private interface Answer {
    ModelResult apply(ModelRequest request);
  }

  private record Answers(List<Answer> answers, List<ModelRequest> asked) implements ChatModel {
    @Override
    public String provider() {
      return "fake";
    }

    @Override
    public String model() {
      return "fake-1";
    }

    @Override
    public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
      asked.add(request);
      events.accept(new ModelEvent.TextDelta("…"));
      return answers.get(request.turn()).apply(request);
    }
  }
}
