package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.tool.Tool;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ForkTest extends LoopFixture {

  @Test
  void aRunCanBeForkedWhereverNoCallIsOpen() {
    // start, turn, intent, outcome, turn, end
    ran("r");
    List<Recorded> entries = journal.read("r");
    assertThat(Checkpoints.valid(entries)).containsExactly(1L, 4L, 5L, 6L);
    assertThat(Checkpoints.inWords(entries)).isEqualTo("1, 4-6");
    for (long at = -1; at <= entries.size() + 1; at++) {
      assertThat(Checkpoints.isValid(entries, at)).isEqualTo(List.of(1L, 4L, 5L, 6L).contains(at));
    }
  }

  @Test
  void aForkWithinACallIsRefusedAndNothingIsWritten() {
    ran("r");
    assertThatThrownBy(
            () -> runner(says("no")).fork(agent(), new Fork("r", 3, "f", Optional.empty())))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo("E540");
              assertThat(e.problem().help().getFirst()).isEqualTo("take one of 1, 4-6");
            });
    assertThat(journal.list(9)).extracting(run -> run.runId()).containsExactly("r");
  }

  @Test
  void aForkBeginsWithTheOtherRunsPastAndLeavesThatRunAlone() {
    ran("r");
    List<Recorded> before = journal.read("r");

    RunResult result =
        runner(nothing(), says("otherwise"))
            .environment("{\"new\":1}")
            .fork(agent(), new Fork("r", 4, "f", Optional.empty()));

    assertThat(result.end()).isEqualTo(new RunEnd.Completed("otherwise"));
    assertThat(effects).hasValue(1);
    List<JournalEntry> entries = entries("f");
    assertThat(entries.subList(1, 4)).isEqualTo(entries("r").subList(1, 4));
    assertThat(entries.getFirst())
        .isInstanceOfSatisfying(
            JournalEntry.RunStarted.class,
            started -> assertThat(started.environment()).isEqualTo("{\"new\":1}"));
    assertThat(entries.get(4)).isEqualTo(new JournalEntry.RunForked("r", 4));
    assertThat(journal.read("r")).isEqualTo(before);
  }

  @Test
  void aMessageGoesOnFromACompletedRun() {
    ran("r");

    RunResult result =
        runner(nothing(), nothing(), says("even better"))
            .fork(agent(), new Fork("r", 6, "f", Optional.of("do better")));

    assertThat(result.text()).isEqualTo("even better");
    assertThat(asked.getLast().messages().getLast()).isEqualTo(new Message.User("do better"));
  }

  @Test
  void twoForksAtTheSamePlaceAreTheSameRun() {
    ran("r");
    for (String id : List.of("f", "g")) {
      runner(nothing(), calls("work", "{}"), says("twice"))
          .fork(
              Agent.named("a").tools(steady()).build(), new Fork("r", 4, id, Optional.of("again")));
    }
    assertThat(entries("f")).isEqualTo(entries("g")).hasSizeGreaterThan(9);
  }

  @Test
  void aForkAsksTheChosenModelEvenWhenTheOtherRunHadFallenBack() {
    ran("r");
    try (var writer = journal.claim("r", "me")) {
      writer.append(
          List.of(
              new JournalEntry.RunResumed("me"),
              new JournalEntry.ModelSwitched("fake/fake-1", "fake/other", "it was away")));
    }
    RunResult result =
        runner(nothing(), nothing(), says("the chosen one"))
            .fallbacks(List.of(new Other()))
            .fork(agent(), new Fork("r", 8, "f", Optional.of("go on")));

    assertThat(result.text()).isEqualTo("the chosen one");
  }

  private void ran(String id) {
    runner(calls("work", "{}"), says("done")).run(agent(), "go", id);
  }

  private Agent agent() {
    return Agent.named("a").tools(counting()).build();
  }

  private static Tool steady() {
    return Tool.named("work").calling(call -> "the same");
  }

  /** A model that must not be asked. */
  private record Other() implements ChatModel {
    @Override
    public String provider() {
      return "fake";
    }

    @Override
    public String model() {
      return "other";
    }

    @Override
    public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
      throw new AssertionError("the other model was asked");
    }
  }
}
