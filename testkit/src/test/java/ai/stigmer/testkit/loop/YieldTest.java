package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A run that is driven in segments comes to the same end as one that is driven at once. */
class YieldTest extends LoopFixture {
  private final Agent agent = Agent.named("a").tools(counting()).build();

  @Test
  void aRunThatIsAskedToYieldStopsBeforeItsNextStepAndHasNoEnd() {
    // When
    RunResult result = yieldingAfter(AgentEvent.TurnFinished.class, calls("work", "{}"));
    // Then
    assertThat(result.end()).isInstanceOf(RunEnd.Yielded.class);
    assertThat(effects).hasValue(0);
    assertThat(entries("r")).noneMatch(entry -> entry instanceof RunFinished);
  }

  @Test
  void whatIsUnderWayIsLetFinish() {
    yieldingAfter(AgentEvent.ToolStarted.class, calls("work", "{}"));
    assertThat(effects).hasValue(1);
    assertThat(entries("r").getLast()).isInstanceOf(JournalEntry.ToolOutcome.class);
  }

  @Test
  void theNextDriveGoesOnWhereItYielded() {
    // Given
    Answer[] answers = {calls("work", "{}"), calls("work", "{}"), says("done")};
    yieldingAfter(AgentEvent.TurnFinished.class, answers);
    // When
    RunResult result = runner(answers).resume(agent, "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(effects).hasValue(2);
    assertThat(asked).hasSize(3);
  }

  @Test
  void aRunThatHasItsAnswerEndsInsteadOfYielding() {
    assertThat(yieldingAfter(AgentEvent.TurnFinished.class, says("done")).end())
        .isEqualTo(new RunEnd.Completed("done"));
  }

  @Test
  void anAbandonedRunStopsAtOnceAndWritesNoEnd() {
    // Given
    CancelToken token = new CancelToken();
    Agent waiting =
        Agent.named("a")
            .tools(
                Tool.named("work")
                    .describedAs("Works until it is told to stop.")
                    .calling(
                        (args, context) -> {
                          token.abandon();
                          assertThat(context.cancel().isCancelled()).isTrue();
                          return ToolResult.ok("stopped");
                        }))
            .build();
    // When
    RunResult result = runner(calls("work", "{}")).cancel(token).run(waiting, "go", "r");
    // Then
    assertThat(result.end()).isInstanceOf(RunEnd.Yielded.class);
    assertThat(entries("r"))
        .noneMatch(entry -> entry instanceof RunFinished)
        .as("nobody has cancelled the call, so its journal does not say so")
        .noneMatch(entry -> entry instanceof JournalEntry.ToolOutcome);
  }

  @Test
  void aSubAgentYieldsWithItsParentAndGoesOnAtItsStep() {
    // Given
    Agent parent = Agent.named("parent").subAgents(List.of(SubAgent.of(agent, "works"))).build();
    Answer[] answers = {
      request ->
          request.messages().toString().contains("subtask")
                  && request.tools().stream().noneMatch(tool -> tool.name().equals("task"))
              ? calls("work", "{}").apply(request)
              : calls("task", "{\"description\":\"subtask\",\"subagent_type\":\"a\"}")
                  .apply(request),
      says("done")
    };
    CancelToken token = new CancelToken();
    Consumer<AgentEvent> listener =
        event -> {
          laws.accept(event);
          if (event instanceof AgentEvent.Child child
              && child.event() instanceof AgentEvent.TurnFinished) {
            token.askToYield();
          }
        };
    // When
    RunResult first = runner(answers).cancel(token).listener(listener).run(parent, "go", "r");
    RunResult second = runner(answers).resume(parent, "r");
    // Then
    assertThat(first.end()).isInstanceOf(RunEnd.Yielded.class);
    assertThat(second.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(effects).hasValue(1);
    assertThat(asked).hasSize(4);
  }

  @Test
  void aRunBegunWithoutAViewOfItsToolsSaysNothingOfAChange() {
    // Given
    try (var writer = journal.create("r", "starter")) {
      writer.append(List.of(new RunStarted("go", "a", "", "", "{}")));
    }
    // When
    var notices = new ArrayList<AgentEvent>();
    RunResult result =
        runner(says("done"))
            .listener(
                event -> {
                  laws.accept(event);
                  if (event instanceof AgentEvent.Notice) {
                    notices.add(event);
                  }
                })
            .resume(agent, "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done"));
    assertThat(notices).isEmpty();
  }

  private RunResult yieldingAfter(Class<? extends AgentEvent> kind, Answer... answers) {
    CancelToken token = new CancelToken();
    return runner(answers)
        .cancel(token)
        .listener(
            event -> {
              laws.accept(event);
              if (kind.isInstance(event)) {
                token.askToYield();
              }
            })
        .run(agent, "go", "r");
  }
}
