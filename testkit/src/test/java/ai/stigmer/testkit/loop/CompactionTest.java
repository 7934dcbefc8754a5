package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.Compacted;
import ai.stigmer.graphton.journal.JournalEntry.CompactionFailed;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.graphton.loop.Replay;
import ai.stigmer.graphton.loop.Transcript;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.crash.JournalLaws;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CompactionTest extends LoopFixture {
  private static final int RESULT = 2_000;
  private static final long WINDOW = 6_000;

  @Test
  void whenTheWindowFillsASummaryTakesThePlaceOfTheOldestMessagesAndTheRunGoesOn() {
    // Given
    var model = reading(40);
    // When
    RunResult result = run(model, "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("the end"));
    assertThat(result.turns()).isEqualTo(41);
    assertThat(model.refused).isZero();
    assertThat(model.summaries).hasSizeBetween(2, 10);
    assertThat(of(Compacted.class)).hasSameSizeAs(model.summaries);
    assertThat(of(CompactionFailed.class)).isEmpty();
    assertThat(laws.events())
        .filteredOn(AgentEvent.Compacted.class::isInstance)
        .hasSameSizeAs(model.summaries);
    assertThat(JournalLaws.broken(entries("r"))).isEmpty();
  }

  @Test
  void noPromptPassesTheWindowWhateverTheResultsAreMadeOf() {
    for (int bytesForAToken : List.of(2, 3, 4, 6)) {
      var model = new WindowedModel(WINDOW, bytesForAToken, 40, CompactionTest::read);
      RunResult result = run(model, "of-" + bytesForAToken);

      assertThat(result.end()).isInstanceOf(RunEnd.Completed.class);
      assertThat(model.refused).isZero();
      assertThat(model.largest).isLessThanOrEqualTo(WINDOW);
    }
  }

  @Test
  void whatNobodyHasCountedYetIsReckonedSoHighThatAFullWindowIsNoticedBeforeItIsAsked() {
    // Given results that are larger than what is left of the window at the limit
    var model = new WindowedModel(4_000, 2, 30, CompactionTest::read);
    // When
    RunResult result = run(model, "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("the end"));
    assertThat(model.refused).isZero();
  }

  @Test
  void aRequestBeginsTheNextOneExceptAtACompactionWhereSystemToolsAndFirstMessageStay() {
    var model = reading(40);
    run(model, "r");

    int breaks = 0;
    for (int i = 1; i < model.turns.size(); i++) {
      ModelRequest before = model.turns.get(i - 1);
      ModelRequest next = model.turns.get(i);
      assertThat(next.system()).isEqualTo(before.system());
      assertThat(next.tools()).isEqualTo(before.tools());
      assertThat(next.messages().getFirst()).isEqualTo(before.messages().getFirst());
      boolean prefix =
          next.messages().size() >= before.messages().size()
              && next.messages().subList(0, before.messages().size()).equals(before.messages());
      breaks += prefix ? 0 : 1;
    }
    assertThat(breaks).isEqualTo(of(Compacted.class).size()).isPositive();
  }

  @Test
  void noCallIsPartedFromItsResultAndTheLastTurnsStayAsTheyWere() {
    var model = reading(40);
    run(model, "r");

    for (ModelRequest request : model.turns) {
      Set<String> called =
          request.messages().stream()
              .filter(Message.Assistant.class::isInstance)
              .flatMap(message -> ((Message.Assistant) message).turn().calls().stream())
              .map(ToolCall::id)
              .collect(Collectors.toSet());
      Set<String> answered =
          request.messages().stream()
              .filter(Message.ToolAnswer.class::isInstance)
              .map(message -> ((Message.ToolAnswer) message).call().id())
              .collect(Collectors.toSet());
      assertThat(answered).isEqualTo(called);
    }
    assertThat(afterTheFirstSummary(model).messages().subList(2, 4))
        .first()
        .isInstanceOf(Message.Assistant.class);
  }

  @Test
  void theSummaryBringsWhatWasDoneAsTheJournalHasItThroughEveryCompaction() {
    var model = reading(40);
    run(model, "r");

    List<Compacted> compactions = of(Compacted.class);
    assertThat(compactions.getLast().log().read()).startsWith("file-0", "file-1", "file-2");
    assertThat(compactions.getLast().text())
        .contains("It went well so far.")
        .contains("Files read")
        .contains("- file-0\n");
    assertThat(compactions.getFirst().log().read().size())
        .isLessThan(compactions.getLast().log().read().size());
  }

  @Test
  void theSummarysRequestBringsNoToolsAndFitsTheWindowItself() {
    var model = reading(40);
    run(model, "r");

    assertThat(model.summaries)
        .allSatisfy(
            request -> {
              assertThat(request.tools()).isEmpty();
              assertThat(request.messages()).hasSize(1);
              assertThat(request.messages().toString()).contains("read everything", "RESULT of");
            });
  }

  @Test
  void theTokensOfSummariesAndTheirCallsCountAgainstTheBudget() {
    var model = reading(40);
    RunResult result = run(model, "r");

    long summed =
        of(Compacted.class).stream().mapToLong(each -> each.spent().usage().input()).sum()
            + of(JournalEntry.Turn.class).stream().mapToLong(t -> t.turn().usage().input()).sum();
    assertThat(result.usage().input()).isEqualTo(summed);
    assertThat(Transcript.of(journal.read("r")).usage()).isEqualTo(result.usage());

    int calls = of(JournalEntry.Turn.class).size() + of(Compacted.class).size();
    RunResult limited =
        Graphton.with(reading(40))
            .journal(journal)
            .listener(laws)
            .budget(Budget.UNLIMITED.withModelCalls(calls - 1), Prices.UNKNOWN)
            .run(agent(), "read everything", "limited");
    assertThat(limited.end()).isInstanceOf(RunEnd.Stopped.class);
  }

  @Test
  void aPromptThatTheProviderRefusesAsTooLongIsSummarisedAndAskedAgain() {
    // Given a model that does not tell its window, which is far below the default
    var model = reading(40).secretive();
    // When
    RunResult result = run(model, "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("the end"));
    assertThat(model.refused).isPositive().isLessThanOrEqualTo(of(Compacted.class).size());
  }

  @Test
  void aSummarisingModelThatNeverShortensAnythingIsAskedTwiceAndTheRunStopsWithTheReason() {
    var model = reading(40).summarising("");
    RunResult result = run(model, "r");

    assertThat(result.end()).isInstanceOf(RunEnd.Stopped.class);
    var stopped = (RunEnd.Stopped) result.end();
    assertThat(stopped.limit()).isEqualTo(RunEnd.Limit.CONTEXT);
    assertThat(stopped.problem().code()).isEqualTo("E804");
    assertThat(stopped.text()).startsWith("step ");
    assertThat(model.summaries).hasSize(2);
    assertThat(of(CompactionFailed.class)).hasSize(2);
    assertThat(JournalLaws.broken(entries("r"))).isEmpty();

    // Somebody who goes on gets two tries again.
    RunResult again =
        Graphton.with(reading(40)).journal(journal).listener(laws).resume(agent(), "r");
    assertThat(again.end()).isEqualTo(new RunEnd.Completed("the end"));
  }

  @Test
  void aRefusedPromptIsNotSentAgainWhenTheSummaryOfItCouldNotBeUsed() {
    var model = reading(40).secretive().summarising("");
    RunResult result = run(model, "r");

    assertThat(((RunEnd.Stopped) result.end()).limit()).isEqualTo(RunEnd.Limit.CONTEXT);
    assertThat(model.refused).isEqualTo(1);
    assertThat(model.summaries).hasSize(2);
  }

  @Test
  void aConversationThatIsTooLongEvenForASummaryStopsTheRunAfterTwoTries() {
    var model = reading(40).refusingSummaries();
    RunResult result = run(model, "r");

    assertThat(((RunEnd.Stopped) result.end()).limit()).isEqualTo(RunEnd.Limit.CONTEXT);
    assertThat(model.refused).isEqualTo(2);
    assertThat(of(CompactionFailed.class))
        .extracting(CompactionFailed::why)
        .containsExactly("it was too long to be summarised", "it was too long to be summarised");
  }

  @Test
  void aSummaryThatLeavesNearlyAllOfThePromptIsNotUsed() {
    // Given a first message, which always stays, of more than half the window
    var model = reading(40);
    // When
    RunResult result =
        Graphton.with(model).journal(journal).listener(laws).run(agent(), "x ".repeat(7_500), "r");
    // Then
    assertThat(((RunEnd.Stopped) result.end()).limit()).isEqualTo(RunEnd.Limit.CONTEXT);
    assertThat(of(CompactionFailed.class))
        .hasSize(2)
        .allSatisfy(failed -> assertThat(failed.why()).startsWith("it leaves about "));
    assertThat(of(Compacted.class)).isEmpty();
  }

  @Test
  void aHugeSummaryIsCutSoThatItShrinksThePrompt() {
    var model = reading(40).summarising("blah ".repeat(1_000));
    RunResult result = run(model, "r");

    assertThat(result.end()).isEqualTo(new RunEnd.Completed("the end"));
    assertThat(model.refused).isZero();
  }

  @Test
  void aMessageThatAloneIsTooLongFailsAsTheProviderSaysItForThereIsNothingToSummarise() {
    var model = reading(0);
    RunResult result =
        Graphton.with(model).journal(journal).listener(laws).run(agent(), "x".repeat(40_000), "r");

    assertThat(result.end()).isInstanceOf(RunEnd.Failed.class);
    assertThat(((RunEnd.Failed) result.end()).problem().code()).isEqualTo("E302");
    assertThat(model.summaries).isEmpty();
  }

  @Test
  void keptTurnsLoseTheirThinkingOnlyWhereTheProviderBindsItToWhatStandsBefore() {
    var loose = new WindowedModel(20_000, 4, 60, CompactionTest::read);
    run(loose, "loose");
    var binding = new WindowedModel(20_000, 4, 60, CompactionTest::read).binding();
    run(binding, "binding");

    assertThat(thinking(afterTheFirstSummary(loose))).isNotEmpty();
    List<Message> kept = afterTheFirstSummary(binding).messages();
    assertThat(kept.stream().filter(Message.Assistant.class::isInstance)).hasSizeGreaterThan(1);
    assertThat(thinking(afterTheFirstSummary(binding))).hasSize(1);
    assertThat(((Message.Assistant) kept.get(2)).turn().raw()).isEqualTo("{}");
    assertThat(((Message.Assistant) kept.get(kept.size() - 2)).turn().blocks())
        .hasAtLeastOneElementOfType(Block.Thinking.class);
    // What is thought behind the summary stays.
    assertThat(thinking(binding.turns.getLast())).hasSizeGreaterThan(1);
  }

  @Test
  void aResumedRunAForkAndAReplayUseTheSummaryThatIsThere() {
    // Given
    var first = reading(40);
    run(first, "r");
    List<JournalEntry> whole = entries("r");
    int at = whole.indexOf(of(Compacted.class).getFirst()) + 1;
    assertThat(Checkpoints.isValid(journal.read("r"), at)).isTrue();
    // When
    var second = reading(40);
    RunResult forked =
        Graphton.with(second)
            .journal(journal)
            .listener(laws)
            .fork(agent(), new Fork("r", at, "f", Optional.empty()));
    // Then
    assertThat(forked.end()).isEqualTo(new RunEnd.Completed("the end"));
    assertThat(second.summaries).hasSize(first.summaries.size() - 1);
    assertThat(second.turns.getFirst().messages())
        .isEqualTo(afterTheFirstSummary(first).messages());

    var told = new EventLaws();
    Replay.of("r", journal.read("r"), told);
    told.assertLaws();
    assertThat(told.events())
        .filteredOn(AgentEvent.Compacted.class::isInstance)
        .hasSize(first.summaries.size());
  }

  @Test
  void nothingThatTheSummaryStandsForLeavesTheJournal() {
    run(reading(40), "r");

    assertThat(of(JournalEntry.ToolOutcome.class)).hasSize(40);
    assertThat(of(JournalEntry.Turn.class)).hasSize(41);
  }

  private static WindowedModel reading(int steps) {
    return new WindowedModel(WINDOW, 4, steps, CompactionTest::read);
  }

  private static ToolCall read(int turn) {
    return new ToolCall("c" + turn, "read_file", "{\"file_path\":\"file-" + turn + "\"}");
  }

  private static Agent agent() {
    return Agent.named("a")
        .instructions("be brief")
        .tools(
            Tool.named("read_file")
                .describedAs("Reads.")
                .string("file_path", "which")
                .readOnly()
                .calling(call -> (call.string("file_path") + " ").repeat(RESULT / 8)))
        .maxTurns(1_000)
        .build();
  }

  private RunResult run(WindowedModel model, String id) {
    return Graphton.with(model).journal(journal).listener(laws).run(agent(), "read everything", id);
  }

  private <T extends JournalEntry> List<T> of(Class<T> kind) {
    String latest = journal.list(1).getFirst().runId();
    return entries(latest).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static ModelRequest afterTheFirstSummary(WindowedModel model) {
    return model.turns.stream()
        .filter(
            request ->
                request.messages().size() > 1 && request.messages().get(1) instanceof Message.User)
        .findFirst()
        .orElseThrow();
  }

  private static List<Block> thinking(ModelRequest request) {
    var thoughts = new ArrayList<Block>();
    for (Message message : request.messages()) {
      if (message instanceof Message.Assistant assistant) {
        assistant.turn().blocks().stream()
            .filter(Block.Thinking.class::isInstance)
            .forEach(thoughts::add);
      }
    }
    return thoughts;
  }
}
