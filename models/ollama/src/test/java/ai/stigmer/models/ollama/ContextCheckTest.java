package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that were made from a cut conversation; 16,384 tokens of context are asked for. */
@Timeout(60)
class ContextCheckTest {
  private static final String WORDS_8000 = "word ".repeat(8_000);
  private static final String BASE64_40000 = "aGVsbG8gd29ybGQh".repeat(2_500);

  @Test
  void aContextThatIsSmallerThanAskedForCondemnsTheFirstAnswer() {
    // Given
    Scenario scenario = Scenario.of(Answer.call("ls", "{}").tokens(50, 1)).allocating(4_096);
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      ModelFailure failure = new Asking(server).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.CONTEXT_OVERFLOW);
      assertThat(failure.problem().code()).isEqualTo("E311");
      assertThat(failure.problem().category()).isEqualTo(Problem.Category.MODEL);
      assertThat(failure.problem().message()).contains("4,096 tokens instead of 16,384");
      assertThat(failure.problem().help().getFirst()).contains("--context-length 4096");
    }
  }

  @Test
  void theContextIsLookedAtOncePerLoadOfTheModel() {
    // Given
    Scenario scenario =
        Scenario.answering(_ -> Answer.text("ok").tokens(50, 1)).allocating(16_384, 2_048);
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      asking.turn(Asking.hello());
      asking.turn(Asking.hello());
      assertThat(server.to("/api/ps")).hasSize(1);

      // When
      server.unload();

      // Then
      assertThat(asking.failure(Asking.hello()).problem().code()).isEqualTo("E311");
      assertThat(server.to("/api/ps")).hasSize(2);
    }
  }

  @Test
  void aSmallerContextIsEnoughForAConversationThatASummaryMadeToFitIt() {
    // Given a model that was loaded anew with less, so that an answer was refused
    Scenario scenario =
        Scenario.answering(_ -> Answer.text("ok").tokens(50, 1)).allocating(16_384, 2_048);
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      asking.turn(Asking.hello());
      server.unload();
      assertThat(asking.failure(Asking.hello()).problem().code()).isEqualTo("E311");

      // When
      var small = List.<Message>of(new Message.User("task"), new Message.User("so far: nothing"));
      var large = List.<Message>of(new Message.User("task"), new Message.User("x".repeat(9_000)));

      // Then
      assertThat(asking.turn(summarised(small)).text()).isEqualTo("ok");
      assertThat(asking.failure(summarised(large)).problem().code()).isEqualTo("E311");
    }
  }

  private static ModelRequest summarised(List<Message> messages) {
    return new ModelRequest("", messages, List.of(), 3, ModelRequest.Purpose.TURN);
  }

  @Test
  void allModelsOfOneProviderShareTheLook() {
    Scenario scenario = Scenario.answering(_ -> Answer.text("ok").tokens(50, 1));
    try (FakeOllama server = FakeOllama.start(scenario);
        OllamaProvider provider = new OllamaProvider()) {
      Asking first = new Asking(provider, server);
      Asking second = new Asking(provider, server);
      first.turn(Asking.hello());
      second.turn(Asking.hello());
      assertThat(server.to("/api/ps")).hasSize(1);
    }
  }

  @Test
  void anAnswerToMoreThanTheContextHoldsIsNotBelieved() {
    // Given: a server that ignores truncate=false and counts nothing
    Scenario scenario = Scenario.of(Answer.text("Sure!").tokens(-1, 1)).hidingContext();
    try (FakeOllama server = FakeOllama.start(scenario)) {

      // When
      ModelFailure failure =
          new Asking(server).failure(Asking.request(new Message.User("word ".repeat(20_000))));

      // Then
      assertThat(failure.problem().code()).isEqualTo("E312");
      assertThat(failure.problem().message()).contains("at least 20,003 tokens");
    }
  }

  @ParameterizedTest(name = "version {0}, context told: {1}")
  @CsvSource({"0.33.0, true", "0.33.0, false", "0.4.0, false", "1.2, false"})
  void aCountBelowTheConversationsWordsCondemnsTheAnswer(String version, boolean told) {
    // Given
    Scenario all = Scenario.of(Answer.text("Sure!").tokens(2_051, 1)).version(version);
    try (FakeOllama server = FakeOllama.start(told ? all : all.hidingContext())) {

      // When
      ModelFailure failure =
          new Asking(server).failure(Asking.request(new Message.User(WORDS_8000)));

      // Then
      assertThat(failure.problem().code()).isEqualTo("E312");
      assertThat(failure.problem().message())
          .contains("read 2,051 tokens of a conversation that has at least 8,003");
      assertThat(failure.problem().help().getFirst()).contains("--context-length 32768");
    }
  }

  @Test
  void aCountBelowThatOfTheTurnBeforeCondemnsTheAnswer() {
    // Given
    Scenario scenario =
        Scenario.of(Answer.text("one").tokens(15_000, 1), Answer.text("two").tokens(8_194, 1));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      Message said = new Message.User(BASE64_40000);
      ModelTurn one = asking.turn(Asking.request(said));

      // When
      ModelFailure failure =
          asking.failure(
              Asking.request(said, new Message.Assistant(one), new Message.User("and now?")));

      // Then
      assertThat(failure.problem().code()).isEqualTo("E312");
      assertThat(failure.problem().message()).contains("read 8,194 tokens");
    }
  }

  @Test
  void theCountOfAnotherConversationIsNoMeasure() {
    Scenario scenario =
        Scenario.of(Answer.text("one").tokens(15_000, 1), Answer.text("two").tokens(900, 1));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      asking.turn(Asking.request(new Message.User(BASE64_40000)));
      assertThat(asking.turn(Asking.request(new Message.User("x" + BASE64_40000))).text())
          .isEqualTo("two");
    }
  }

  @Test
  void toolsThatATemplateShowsOnlyOnceAreNoCut() {
    // Given: the first prompt holds the tools, the second one does not
    Scenario scenario =
        Scenario.of(
            Answer.call("ls", "{}").tokens(15_000, 1), Answer.text("done").tokens(14_000, 1));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      Message said = new Message.User(BASE64_40000);
      ModelTurn first = asking.turn(Asking.request(said));
      ToolCall call = first.calls().getFirst();

      // When
      ModelTurn second =
          asking.turn(
              Asking.request(
                  said,
                  new Message.Assistant(first),
                  new Message.ToolAnswer(call, new ToolResult(ToolResult.Status.OK, "a"))));

      // Then
      assertThat(second.text()).isEqualTo("done");
    }
  }

  @ParameterizedTest(name = "counts {0}, version {1}, context told: {2}")
  @CsvSource({
    // Nothing is counted.
    "-1, 0.33.0, true",
    "0, 0.33.0, true",
    "-1, 0.33.0, false",
    "0, 0.33.0, false",
    // Old servers leave out what they had cached, and no version is as old as it gets.
    "30, 0.3.14, false",
    "30, dev, false",
    "30, '', false",
    // All of it was read.
    "8100, 0.33.0, true",
    "8100, 0.33.0, false",
  })
  void aServerThatReportsLittleIsNotSuspected(int count, String version, boolean told) {
    Scenario all = Scenario.of(Answer.text("fine").tokens(count, 1)).version(version);
    try (FakeOllama server = FakeOllama.start(told ? all : all.hidingContext())) {
      assertThat(new Asking(server).turn(Asking.request(new Message.User(WORDS_8000))).text())
          .isEqualTo("fine");
    }
  }

  @Test
  void aCountBelowTheWordsIsNoCutWhenEveryByteFits() {
    Scenario scenario = Scenario.of(Answer.text("fine").tokens(30, 1));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      String text = "word ".repeat(2_000);
      assertThat(new Asking(server).turn(Asking.request(new Message.User(text))).text())
          .isEqualTo("fine");
    }
  }

  @Test
  void aRemoteModelThatReadsMoreThanWasAskedForIsBelieved() {
    Scenario scenario =
        Scenario.of(Answer.text("read it").tokens(20_100, 1))
            .hidingContext()
            .models(InstalledModel.withTools("qwen3.5:latest", 262_144).remoteAt("ollama.com"));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      String text = "word ".repeat(20_000);
      assertThat(new Asking(server).turn(Asking.request(new Message.User(text))).text())
          .isEqualTo("read it");
    }
  }

  @Test
  void aLongConversationThatIsCountedHonestlyIsNeverSuspected() {
    // Given: every request counts a token per four characters of what stands in it
    Scenario scenario =
        Scenario.answering(
            body -> Answer.text("word ".repeat(50)).tokens(body.toString().length() / 4, 50));
    try (FakeOllama server = FakeOllama.start(scenario)) {
      Asking asking = new Asking(server);
      List<Message> messages = new ArrayList<>(List.of(new Message.User(WORDS_8000)));

      // When
      for (int i = 0; i < 20; i++) {
        ModelTurn turn =
            asking.turn(new ModelRequest("You are terse.", messages, List.of(Asking.LS)));
        messages.add(new Message.Assistant(turn));
        messages.add(new Message.User("go on with item " + i));
      }

      // Then
      assertThat(server.chats()).hasSize(20);
    }
  }
}
