package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.testkit.TestingTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that stand in for one that cannot be had. */
class FallbackTest extends LoopFixture {
  private final TestingTiming timing = new TestingTiming();
  private final Agent agent = Agent.named("a").tools(numbered()).build();

  /** Which model was asked, in order. */
  private final List<String> calls = new ArrayList<>();

  /** Models that fail, and why. */
  private final Map<String, Kind> broken = new HashMap<>();

  @Test
  void whenTheRetriesAreUsedUpTheNextModelAnswersAndTheJournalShowsIt() {
    // Given
    broken.put("a", Kind.OVERLOADED);
    // When
    RunResult result = runner(2, "a", "b", "c").run(agent, "go", "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done by b"));
    assertThat(calls).containsExactly("a", "a", "a", "b");
    assertThat(entries("r").get(1))
        .isEqualTo(new JournalEntry.ModelSwitched("x/a", "x/b", "a is away"));
    assertThat(switches())
        .containsExactly(new AgentEvent.ModelSwitched(1, "x/a", "x/b", "a is away", 2, 4));
  }

  @Test
  void theNextTurnsStartAtTheModelThatAnswered() {
    broken.put("a", Kind.UNREACHABLE);
    steps = 3;
    runner(0, "a", "b").run(agent, "go");
    assertThat(calls).containsExactly("a", "b", "b", "b", "b");
    assertThat(switches()).hasSize(1);
  }

  @Test
  void afterTheCoolDownTheFirstModelGetsOneCallToProveItself() {
    // Given
    broken.put("a", Kind.UNREACHABLE);
    steps = 3;
    onTurn.put(2, () -> timing.pass(Duration.ofMinutes(6)));
    // When
    runner(1, "a", "b").run(agent, "go");
    // Then
    assertThat(calls).containsExactly("a", "a", "b", "b", "a", "b", "b");
    assertThat(switches())
        .extracting(AgentEvent.ModelSwitched::to)
        .containsExactly("x/b", "x/a", "x/b");
  }

  @Test
  void aModelThatIsThereAgainIsKept() {
    broken.put("a", Kind.UNREACHABLE);
    steps = 3;
    onTurn.put(
        2,
        () -> {
          timing.pass(Duration.ofMinutes(6));
          broken.clear();
        });
    runner(0, "a", "b").run(agent, "go");
    assertThat(calls).containsExactly("a", "b", "b", "a", "a");
  }

  @Test
  void whenNoModelCanBeHadTheRunFailsWithTheLastReason() {
    broken.put("a", Kind.TIMEOUT);
    broken.put("b", Kind.SERVER_ERROR);
    RunResult result = runner(0, "a", "b").run(agent, "go");
    assertThat(calls).containsExactly("a", "b");
    assertThat(result.end())
        .isEqualTo(new RunEnd.Failed(Problem.of("E2", Problem.Category.PROVIDER, "b is away"), ""));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void onlyAnOutageBringsTheNextModel(Kind kind) {
    broken.put("a", kind);
    runner(0, "a", "b").run(agent, "go");
    boolean outage =
        EnumSet.of(
                Kind.UNREACHABLE,
                Kind.UNAVAILABLE,
                Kind.TIMEOUT,
                Kind.STREAM_BROKEN,
                Kind.RATE_LIMITED,
                Kind.OVERLOADED,
                Kind.SERVER_ERROR)
            .contains(kind);
    assertThat(calls).isEqualTo(outage ? List.of("a", "b") : List.of("a"));
  }

  @Test
  void aRefusalIsAnAnswerAndBringsNoOtherModel() {
    refuses = true;
    RunResult result = runner(0, "a", "b").run(agent, "go");
    assertThat(calls).containsExactly("a");
    assertThat(result.end()).isInstanceOf(RunEnd.Failed.class);
  }

  @Test
  void aResumeGoesOnWithTheModelThatWasLastInUse() {
    // Given
    broken.put("a", Kind.UNREACHABLE);
    broken.put("b", Kind.BAD_REQUEST);
    runner(0, "a", "b").run(agent, "go", "r");
    broken.clear();
    calls.clear();
    // When
    RunResult result = runner(0, "a", "b").resume(agent, "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Completed("done by b"));
    assertThat(calls).containsExactly("b");
  }

  @Test
  void aProcessThatDiedBetweenTheSwitchAndTheCallGoesOnWithTheOtherModel() {
    // Given
    broken.put("a", Kind.UNREACHABLE);
    try (var dying = DyingJournal.after(journal, JournalEntry.ModelSwitched.class)) {
      runner(0, "a", "b").journal(dying).listener(event -> {}).run(agent, "go", "r");
    } catch (DyingJournal.Died e) {
      calls.add("died");
    }
    // When
    RunResult result = runner(0, "a", "b").resume(agent, "r");
    // Then
    assertThat(calls).containsExactly("a", "died", "b");
    assertThat(result.turns()).isEqualTo(1);
    assertThat(switches()).isEmpty();
  }

  private final Map<Integer, Runnable> onTurn = new HashMap<>();
  private int steps;
  private boolean refuses;

  private Graphton runner(int retries, String... names) {
    List<ChatModel> models = new ArrayList<>();
    for (String name : names) {
      models.add(new Named(name));
    }
    return Graphton.with(models.getFirst())
        .fallbacks(models.subList(1, models.size()))
        .retries(RetryPolicy.DEFAULT.withMaxRetries(retries))
        .timing(timing)
        .journal(journal)
        .listener(laws);
  }

  private List<AgentEvent.ModelSwitched> switches() {
    var found = new ArrayList<AgentEvent.ModelSwitched>();
    for (AgentEvent event : laws.events()) {
      if (event instanceof AgentEvent.ModelSwitched switched) {
        found.add(switched);
      }
    }
    return found;
  }

  private final class Named implements ChatModel {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public String provider() {
      return "x";
    }

    @Override
    public String model() {
      return name;
    }

    @Override
    public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
      calls.add(name);
      events.accept(new ModelEvent.TextDelta("some"));
      Kind kind = broken.get(name);
      if (kind != null) {
        Problem problem = Problem.of("E2", Problem.Category.PROVIDER, name + " is away");
        return new ModelResult.Failed(ModelFailure.of("x", 503, kind, problem));
      }
      onTurn.getOrDefault(request.turn() + 1, () -> {}).run();
      return request.turn() < steps
          ? LoopFixture.calls("work", "{\"n\":" + request.turn() + "}").apply(request)
          : new ModelResult.Turn(
              new ModelTurn(
                  "x",
                  name,
                  "{}",
                  List.of(new Block.Text("done by " + name)),
                  Usage.of(1, 1),
                  refuses ? StopReason.REFUSAL : StopReason.END));
    }
  }
}
