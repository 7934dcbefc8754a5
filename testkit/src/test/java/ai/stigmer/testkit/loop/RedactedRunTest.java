package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.testkit.TestingTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What nobody may see is neither journaled, shown, given back nor sent, wherever it comes from. */
class RedactedRunTest extends LoopFixture {
  private static final String SECRET = "canary-0123456789";

  private final List<AgentEvent> shown = new ArrayList<>();

  @Test
  void aSecretOfTheUsersMessageAndTheSystemTextGoesNowhere() {
    RunResult result =
        hiding(says("echo " + SECRET))
            .run(
                Agent.named("a").instructions("Use " + SECRET + ".").tools(counting()).build(),
                "my key is " + SECRET,
                "r");
    assertThat(result.text()).isEqualTo("echo [redacted]");
    assertThat(asked.getFirst().system()).isEqualTo("Use [redacted].");
    assertThat(shown)
        .contains(
            new AgentEvent.Notice(
                "W409", "the message held a secret; the model gets [redacted] instead"));
    assertNowhere(result);
  }

  @Test
  void aMessageWithoutOneIsNotTalkedAbout() {
    hiding(says("hello")).run(Agent.named("a").build(), "hi", "r");
    assertThat(shown).noneMatch(AgentEvent.Notice.class::isInstance);
  }

  @Test
  void aSecretThatAToolSaysThrowsOrIsDescribedWithGoesNowhere() {
    Tool says =
        Tool.named("say")
            .describedAs("Knows " + SECRET)
            .string("key", "a key")
            .calling(args -> "x " + SECRET);
    Tool fails =
        Tool.named("fail")
            .describedAs("Fails.")
            .calling(
                args -> {
                  throw new IllegalStateException("no " + SECRET);
                });
    RunResult result =
        hiding(calls("say", "{\"key\":\"" + SECRET + "\"}"), calls("fail", "{}"), says("done"))
            .run(Agent.named("a").tools(says, fails).build(), "go", "r");
    assertThat(asked.getLast().tools().toString()).contains("Knows [redacted]");
    assertThat(asked.getLast().messages().toString())
        .contains("x [redacted]", "no [redacted]", "{\"key\":\"[redacted]\"}");
    assertNowhere(result);
  }

  @Test
  void aSecretAtThePlaceWhereALongResultIsCutGoesNowhere() {
    // The cut keeps half of 80,000 characters at either end.
    String text = "x".repeat(40_000 - SECRET.length() / 2) + SECRET + "y".repeat(90_000);
    Tool says = Tool.named("say").describedAs("Says.").calling(args -> text);
    RunResult result =
        hiding(calls("say", "{}"), says("done"))
            .run(Agent.named("a").tools(says).build(), "go", "r");
    assertThat(asked.getLast().messages().toString()).doesNotContain("canary");
    assertNowhere(result);
  }

  @Test
  void aSecretThatTheUserSaysLaterOrToAForkGoesNowhere() {
    var desk = new SteeringDesk(journal);
    hiding(
            request -> {
              desk.say("r", "now with " + SECRET, "me");
              return calls("work", "{}").apply(request);
            },
            says("done"))
        .run(Agent.named("a").tools(counting()).build(), "go", "r");
    assertThat(asked.getLast().messages().toString()).contains("now with [redacted]");
    RunResult result =
        hiding(nothing(), nothing(), says("forked"))
            .fork(
                Agent.named("a").tools(counting()).build(),
                new Fork("r", entries("r").size() - 1, "f", Optional.of("or " + SECRET)));
    assertThat(asked.getLast().messages().toString()).contains("or [redacted]");
    assertThat(entries("f").toString()).doesNotContain(SECRET);
    assertNowhere(result);
  }

  @Test
  void aSecretThatTheModelStreamsInPiecesIsNotShown() {
    var model = new Streaming(List.of("the key is can", "ary-01234", "56789", ", they can"));
    RunResult result =
        Graphton.with(model)
            .journal(journal)
            .redactor(Redactor.of(List.of(SECRET)))
            .listener(this::heard)
            .run(Agent.named("a").build(), "go", "r");
    String streamed =
        shown.stream()
            .filter(AgentEvent.TextDelta.class::isInstance)
            .map(event -> ((AgentEvent.TextDelta) event).text())
            .collect(Collectors.joining());
    assertThat(streamed).isEqualTo("the key is [redacted], they can");
    assertThat(result.text()).isEqualTo("the key is [redacted], they can");
    assertNowhere(result);
  }

  @Test
  void aSecretInWhatAModelNotesOrFailsWithGoesNowhere() {
    var model = new Stumbling();
    RunResult result =
        Graphton.with(model)
            .journal(journal)
            .timing(new TestingTiming())
            .retries(RetryPolicy.DEFAULT.withMaxRetries(1))
            .redactor(Redactor.of(List.of(SECRET)))
            .listener(this::heard)
            .run(Agent.named("a").build(), "go", "r");
    assertThat(shown.toString())
        .contains("noted [redacted]", "away: [redacted]")
        .contains("Retrying");
    assertThat(result.end().toString()).contains("away: [redacted]");
    assertNowhere(result);
  }

  @Test
  void aSubAgentHidesWhatItsParentDoes() {
    Agent child = Agent.named("child").instructions("Knows " + SECRET).tools(counting()).build();
    var model = new Answers(List.of(says("found " + SECRET)), asked);
    RunResult result =
        hiding(calls("task", "{\"description\":\"d\",\"subagent_type\":\"child\"}"), says("done"))
            .run(
                Agent.named("a")
                    .subAgents(new SubAgent(child, "Works.", Optional.of(model)))
                    .build(),
                "go",
                "r");
    assertThat(asked.get(1).system()).isEqualTo("Knows [redacted]");
    assertThat(asked.getLast().messages().toString()).contains("found [redacted]");
    assertNowhere(result);
  }

  @Test
  void aRunThatWasWrittenWithASecretIsNotSentWithItByOneWhoKnows() {
    runner(calls("work", "{}"), request -> new ModelResult.Cancelled())
        .run(Agent.named("a").tools(counting()).build(), "go with " + SECRET, "r");
    hiding(nothing(), says("done")).resume(Agent.named("a").tools(counting()).build(), "r");
    assertThat(asked.getLast().messages().toString())
        .contains("go with [redacted]")
        .doesNotContain(SECRET);
  }

  private Graphton hiding(Answer... answers) {
    return runner(answers).redactor(Redactor.of(List.of(SECRET))).listener(this::heard);
  }

  private void heard(AgentEvent event) {
    shown.add(event);
    laws.accept(event);
  }

  private void assertNowhere(RunResult result) {
    assertThat(result.toString()).doesNotContain(SECRET);
    assertThat(shown.toString()).doesNotContain(SECRET);
    assertThat(asked.toString()).doesNotContain(SECRET);
    assertThat(journal.list(10)).isNotEmpty();
    for (var run : journal.list(10)) {
      List<JournalEntry> entries = journal.read(run.runId()).stream().map(Recorded::entry).toList();
      assertThat(entries.toString()).doesNotContain(SECRET);
    }
  }

  /** Says its text piece by piece. */
  private record Streaming(List<String> pieces) implements ChatModel {
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
      pieces.forEach(piece -> events.accept(new ModelEvent.TextDelta(piece)));
      return turn(List.of(new Block.Text(String.join("", pieces))), StopReason.END);
    }
  }

  /** Notes a secret and fails with it. */
  private record Stumbling() implements ChatModel {
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
      events.accept(new ModelEvent.Notice("W1", "noted " + SECRET));
      var away = Problem.of("E201", Problem.Category.PROVIDER, "away: " + SECRET);
      return new ModelResult.Failed(
          ModelFailure.of("fake", 0, ModelFailure.Kind.UNREACHABLE, away));
    }
  }
}
