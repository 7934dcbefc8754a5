package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.ToolResult.Status;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RunLoopTest extends LoopFixture {

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
  void callsThatCannotBeToldApartEndTheRunBeforeAnyOfThemRuns() {
    // Given
    var call = new Block.Call(new ToolCall("same", "work", "{}"));
    // When
    RunResult result =
        runner(request -> turn(List.of(call, call), StopReason.TOOL_USE))
            .run(Agent.named("a").tools(counting()).build(), "go");
    // Then
    assertThat(result.end())
        .isInstanceOfSatisfying(
            RunEnd.Failed.class, end -> assertThat(end.problem().code()).isEqualTo("E305"));
    assertThat(effects).hasValue(0);
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
                case AgentEvent.Retrying other -> 0;
                case AgentEvent.ModelSwitched switched -> switched.seq();
                case AgentEvent.ApprovalRequested requested -> requested.seq();
                case AgentEvent.ApprovalDecided decided -> decided.seq();
                case AgentEvent.ToolStarted other -> 0;
                case AgentEvent.Child other -> 0;
                case AgentEvent.Compacted compacted -> compacted.seq();
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

  @Test
  void aCancelDuringReadsComesBeforeTheEffectThatFollowsThem() {
    // Given
    var cancel = new CancelToken();
    Tool look =
        Tool.named("look")
            .describedAs("Cancels.")
            .readOnly()
            .calling(
                args -> {
                  cancel.cancel();
                  return "seen";
                });
    Answer both =
        request ->
            turn(
                List.of(
                    new Block.Call(new ToolCall("1", "look", "{}")),
                    new Block.Call(new ToolCall("2", "work", "{}"))),
                StopReason.TOOL_USE);
    Agent agent = Agent.named("a").tools(look, counting()).build();
    // When
    RunResult result = runner(both).cancel(cancel).run(agent, "go", "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Cancelled(""));
    assertThat(effects).hasValue(0);
    assertThat(entries("r")).noneMatch(JournalEntry.ToolIntent.class::isInstance);
    runner(nothing(), says("done")).resume(agent, "r");
    assertThat(effects).hasValue(1);
  }
}
