package ai.stigmer.testkit.loop;

import static ai.stigmer.testkit.loop.LoopFixture.calls;
import static ai.stigmer.testkit.loop.LoopFixture.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildFinished;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.loop.LoopFixture.Answer;
import ai.stigmer.testkit.loop.LoopFixture.Answers;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tasks that an agent hands to others. */
class SubAgentTest {
  private static final Answer FAILS =
      request ->
          new ModelResult.Failed(
              ModelFailure.of(
                  "fake",
                  400,
                  ModelFailure.Kind.BAD_REQUEST,
                  Problem.of("E201", Problem.Category.PROVIDER, "the provider said no")));

  private final List<ModelRequest> asked = new ArrayList<>();
  private final EventLaws laws = new EventLaws();

  @Test
  void aTaskIsDoneByARunOfItsOwnWhoseAnswerIsTheResult() {
    // Given
    var family = new Family(3, "a");
    // When
    RunResult result = family.start();
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("[did a]"));
    String child = family.children().getFirst();
    assertThat(ChildIds.parent(child)).contains(Family.RUN);
    assertThat(family.entries(child).getFirst())
        .isInstanceOfSatisfying(
            RunStarted.class,
            started -> {
              assertThat(started.input()).isEqualTo("a");
              assertThat(started.system()).isEqualTo("You are a worker.");
            });
    assertThat(family.entries(Family.RUN))
        .filteredOn(entry -> !(entry instanceof RunStarted))
        .hasExactlyElementsOfTypes(
            JournalEntry.Turn.class,
            ToolIntent.class,
            ChildStarted.class,
            ChildFinished.class,
            ToolOutcome.class,
            JournalEntry.Turn.class,
            JournalEntry.RunFinished.class);
    assertThat(result.turns()).isEqualTo(2);
    assertThat(result.spent()).hasSize(5);
    family.laws.assertLaws();
  }

  @Test
  void tasksNextToEachOtherAreDoneAtTheSameTime() {
    // Given
    var bothAreAsked = new CyclicBarrier(2);
    var family =
        new Family(1, "a", "b")
            .before(
                asking -> {
                  if (!asking.startsWith("go")) {
                    await(bothAreAsked);
                  }
                });
    // When
    RunResult result = family.start();
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("[did a][did b]"));
    family.laws.assertLaws();
  }

  @Test
  void aChildThatIsKilledAtStepSevenOfTenIsAskedTenTimesInAll() {
    // Given
    var family = new Family(10, "a");
    var turns = new AtomicInteger();
    assertThat(
            family.isBrokenOffBy(
                DyingJournal.when(
                    family.journal,
                    entry -> entry instanceof JournalEntry.Turn && turns.incrementAndGet() == 8)))
        .isTrue();
    assertThat(family.asked("a")).isEqualTo(7);
    // When
    RunResult result = family.resume();
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("[did a]"));
    assertThat(family.asked("a")).isEqualTo(10);
    assertThat(family.asked("go")).isEqualTo(2);
    assertThat(family.effects.values()).hasSize(9).containsOnly(1);
    assertThat(result.spent()).hasSize(12);
    family.laws.assertLaws();
  }

  @Test
  void aCancelledRunAndItsChildrenGoOnAtTheirSteps() {
    // Given
    var cancel = new CancelToken();
    var family =
        new Family(5, "a", "b")
            .cancel(cancel)
            .before(
                asking -> {
                  if (asking.equals("a/3")) {
                    cancel.cancel();
                  }
                });
    assertThat(family.start().end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(family.entries(Family.RUN))
        .noneMatch(
            entry -> entry instanceof ToolOutcome outcome && outcome.call().id().equals("call-a"));
    // When
    RunResult result = family.cancel(new CancelToken()).before(asking -> {}).resume();
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("[did a][did b]"));
    assertThat(family.asked.get("a/0")).isEqualTo(1);
    assertThat(family.asked.get("a/3")).isEqualTo(2);
    assertThat(family.asked("b")).isBetween(5, 6);
    assertThat(family.effects.values()).hasSize(8).containsOnly(1);
    family.laws.assertLaws();
  }

  @Test
  void whatBecameOfAChildThatFailedIsToldInWords() {
    // Given
    Agent child = Agent.named("helper").instructions("help").build();
    // When
    run(child, FAILS, Budget.UNLIMITED, task("helper"), says("I see."));
    // Then
    assertThat(lastAnswer().status()).isEqualTo(ToolResult.Status.ERROR);
    assertThat(lastAnswer().text())
        .contains("helper failed: the provider said no", "It left no answer");
  }

  @Test
  void whatAChildHadByTheTimeItWasStoppedIsTold() {
    // Given
    Tool work = Tool.named("work").describedAs("Works.").calling(arguments -> "worked");
    Agent child = Agent.named("helper").instructions("help").tools(work).maxTurns(1).build();
    // When
    run(child, calls("work", "{}"), Budget.UNLIMITED, task("helper"), says("I see."));
    // Then
    assertThat(lastAnswer().text())
        .contains("helper was stopped before it was done", "limit of 1 model turns");
  }

  @Test
  void aChildHasNoTaskToolUnlessTheDepthAllowsIt() {
    Agent child = Agent.named("helper").instructions("help").build();
    // When
    run(child, says("done"), Budget.UNLIMITED, task("helper"), says("I see."));
    // Then
    assertThat(offered(0)).containsExactly("task");
    assertThat(offered(1)).isEmpty();
    asked.clear();
    // When
    run(child, says("done"), Budget.UNLIMITED.withDepth(2), task("helper"), says("I see."));
    // Then
    assertThat(offered(1)).containsExactly("task");
    asked.clear();
    // When
    run(child, says("done"), Budget.UNLIMITED.withDepth(0), says("I see."));
    // Then
    assertThat(offered(0)).isEmpty();
  }

  @Test
  void aSubAgentCannotReachByAnotherWhatWasKeptFromIt() {
    // Given
    Agent weak = Agent.named("weak").instructions("help").build();
    Tool work = Tool.named("work").describedAs("Works.").calling(arguments -> "worked");
    Agent strong = Agent.named("strong").instructions("help").tools(work).build();
    Agent lead =
        Agent.named("lead")
            .instructions("lead")
            .subAgents(SubAgent.of(weak, "Helps."), SubAgent.of(strong, "Works."))
            .build();
    // When
    runner(says("done"), task("weak"), says("I see."))
        .budget(Budget.UNLIMITED.withDepth(2), Prices.UNKNOWN)
        .run(lead, "go");
    // Then
    assertThat(asked.get(0).tools().getFirst().schema()).contains("weak", "strong");
    assertThat(asked.get(1).tools().getFirst().schema()).contains("weak").doesNotContain("strong");
  }

  @Test
  void aRunStartsNoMoreChildrenThanItMayAndTheModelIsTold() {
    // Given
    var family = new Family(1, "a", "b", "c").budget(Budget.UNLIMITED.withFanOut(2));
    // When
    RunResult result = family.start();
    // Then
    assertThat(family.children()).hasSize(2);
    assertThat(result.text()).startsWith("[did a][did b]").contains("may start no more");
    family.laws.assertLaws();
  }

  @Test
  void anUnknownSubAgentIsRefusedWithThoseThereAre() {
    Agent child = Agent.named("helper").instructions("help").build();
    // When
    run(child, says("done"), Budget.UNLIMITED, task("nobody"), says("I see."));
    // Then
    assertThat(lastAnswer().status()).isEqualTo(ToolResult.Status.ERROR);
    assertThat(lastAnswer().text()).contains("helper");
    assertThat(asked).hasSize(2);
  }

  @Test
  void anEventOfAChildNamesItsRunAndStandsWithinItsCall() {
    // Given
    var family = new Family(2, "a");
    // When
    family.start();
    // Then
    assertThat(family.laws.events())
        .filteredOn(AgentEvent.Child.class::isInstance)
        .extracting(event -> ((AgentEvent.Child) event).runId())
        .isNotEmpty()
        .containsOnly(family.children().getFirst());
    family.laws.assertLaws();
  }

  @Test
  void aChildThatFailedForGoodIsNotTakenUpAgainAfterACrash() {
    // Given
    var journal = new InMemoryJournal(InstantSource.system(), owner -> false);
    Agent parent = lead(Agent.named("helper").instructions("help").build());
    Graphton runner = runner(FAILS, task("helper"), says("I see."));
    assertThatThrownBy(
            () ->
                runner
                    .journal(DyingJournal.after(journal, ChildFinished.class))
                    .run(parent, "go", "r"))
        .isInstanceOf(DyingJournal.Died.class);
    assertThat(asked).hasSize(2);
    // When
    runner.journal(journal).listener(laws).resume(parent, "r");
    // Then
    laws.assertLaws();
    assertThat(asked).hasSize(3);
    assertThat(lastAnswer().text()).contains("helper failed: the provider said no");
    assertThat(journal.read("r"))
        .filteredOn(recorded -> recorded.entry() instanceof ChildFinished)
        .hasSize(1);
  }

  /** Runs a parent that answers so, with a child that always answers alike. */
  private void run(Agent child, Answer childs, Budget budget, Answer... parents) {
    runner(childs, parents).budget(budget, Prices.UNKNOWN).listener(laws).run(lead(child), "go");
    laws.assertLaws();
  }

  private Graphton runner(Answer childs, Answer... parents) {
    Answer both =
        request ->
            (request.system().equals("lead") ? parents[request.turn()] : childs).apply(request);
    return Graphton.with(new Answers(Collections.nCopies(2, both), asked))
        .retries(RetryPolicy.NONE);
  }

  private static Agent lead(Agent child) {
    return Agent.named("lead").instructions("lead").subAgents(SubAgent.of(child, "Helps.")).build();
  }

  private ToolResult lastAnswer() {
    return ((Message.ToolAnswer) asked.getLast().messages().getLast()).result();
  }

  private static Answer task(String agent) {
    return calls("task", "{\"description\":\"help me\",\"subagent_type\":\"" + agent + "\"}");
  }

  private List<String> offered(int call) {
    return asked.get(call).tools().stream().map(ToolSpec::name).toList();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("nobody else came", e);
    }
  }
}
