package ai.stigmer.runner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.models.scripted.Scenario;
import ai.stigmer.models.scripted.ScriptedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A status, read from the events of real runs and from their journals. */
class StatusFoldTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));
  private static final Agent AGENT =
      Agent.named("counter")
          .instructions("You count.")
          .tools(
              Tool.named("count")
                  .describedAs("Counts.")
                  .string("what", "what to count")
                  .readOnly()
                  .calling(
                      (arguments, context) -> ToolResult.ok("two " + arguments.string("what"))),
              Tool.named("fail")
                  .describedAs("Fails.")
                  .readOnly()
                  .calling((arguments, context) -> ToolResult.error("no")))
          .subAgents(SubAgent.of(Agent.named("helper").instructions("You help.").build(), "Helps."))
          .build();
  private static final String SCENARIO =
      """
      name: all
      turns:
        - text: I will look.
          calls:
            - {tool: count, arguments: {what: apples}}
            - {tool: fail, arguments: {}}
        - calls:
            - {tool: task, arguments: {description: help me, subagent_type: helper}}
        - text: I have helped.
        - text: There are two.
      """;

  @TempDir Path folder = Path.of("");

  private final InMemoryJournal journal = new InMemoryJournal(CLOCK);

  @Test
  void theEventsOfARunAndItsJournalTellTheSame() throws Exception {
    // Given
    var events = new ArrayList<AgentEvent>();

    // When
    var _ = graphton(SCENARIO).listener(events::add).run(AGENT, "How many?", "run-1");

    // Then
    AgentExecutionStatus told = ofEvents(events);
    assertThat(told).isEqualTo(StatusFold.of(journal.read("run-1"), CLOCK).status());
    assertThat(told.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
    assertThat(told.getMessagesList())
        .extracting(AgentMessage::getContent)
        .contains("I will look.", "two apples", "no", "I have helped.")
        .startsWith("How many?")
        .hasSize(7);
    assertThat(told.getToolCallsList())
        .isEqualTo(
            told.getMessagesList().stream()
                .flatMap(message -> message.getToolCallsList().stream())
                .toList());
  }

  @Test
  void everyBeginningOfAJournalGoesOnWithTheRestOfIt() throws Exception {
    var _ = graphton(SCENARIO).run(AGENT, "How many?", "run-1");
    var entries = journal.read("run-1");

    for (int cut = 1; cut <= entries.size(); cut++) {
      AgentExecutionStatus status = StatusFold.of(entries.subList(0, cut), CLOCK).status();
      assertThat(status.getMessages(0).getContent()).isEqualTo("How many?");
      assertThat(status.getPhase())
          .isEqualTo(
              cut == entries.size()
                  ? ExecutionPhase.EXECUTION_COMPLETED
                  : ExecutionPhase.EXECUTION_IN_PROGRESS);
    }
  }

  @Test
  void aRunThatGoesOnWithAnotherOneTellsOnlyItsOwnPart() throws Exception {
    var _ = graphton(SCENARIO).run(AGENT, "How many?", "run-1");

    var _ =
        graphton(SCENARIO)
            .fork(
                AGENT,
                new Fork("run-1", journal.read("run-1").size(), "run-2", Optional.of("And now?")));

    assertThat(StatusFold.of(journal.read("run-2"), CLOCK).status().getMessagesList())
        .extracting(AgentMessage::getContent)
        .containsExactly("And now?", "There are two.");
  }

  @Test
  void textThatStreamsIsShownUntilItIsSaidOrDiscarded() {
    var fold = new StatusFold(CLOCK);
    fold.said("hello", CLOCK.instant());

    boolean kept = fold.add(new AgentEvent.TextDelta(1, "I am "));

    assertThat(kept).isFalse();
    assertThat(fold.status().getMessages(1).getContent()).isEqualTo("I am ");
    fold.add(new AgentEvent.TurnFinished(1, new AgentEvent.TurnEnd.Cancelled()));
    assertThat(fold.status().getMessagesCount()).isEqualTo(1);
  }

  @Test
  void textsAreCutAndSaySo() {
    var fold = new StatusFold(CLOCK);

    fold.said("x".repeat(StatusFold.LONGEST_TEXT + 5), CLOCK.instant());

    assertThat(fold.status().getMessages(0).getContent())
        .startsWith("xxx")
        .endsWith("[cut: 5 more characters stand in the journal]");
  }

  private static AgentExecutionStatus ofEvents(List<AgentEvent> events) {
    var fold = new StatusFold(CLOCK);
    for (AgentEvent event : events) {
      boolean _ = fold.add(event);
      if (event instanceof AgentEvent.RunStarted) {
        fold.said("How many?", CLOCK.instant());
      }
    }
    return fold.status();
  }

  private Graphton graphton(String scenario) throws Exception {
    Path file = Files.writeString(Files.createTempFile(folder, "scenario", ".yaml"), scenario);
    ChatModel model = ScriptedModel.of(Scenario.read(file));
    return Graphton.with(model).journal(journal);
  }
}
