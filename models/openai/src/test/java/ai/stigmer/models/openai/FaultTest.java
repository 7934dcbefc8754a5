package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One recorded stream of each API, damaged at every byte. */
@Timeout(240)
class FaultTest {
  private static final int AT_ONCE = 96;
  private static final Answer RICH =
      Answer.empty()
          .andThinking("Grüß")
          .andText("Hé 🌍")
          .andCall("call_a", "ls", "{\"path\":\"ü\"}")
          .tokens(100, 60, 30, 12);

  /** How one call ended, and what was shown on the way. */
  private record Outcome(ModelResult result, String shown) {}

  @Test
  void aResponsesStreamCutAtAnyByteIsNoTurnBeforeItsTerminalEvent() throws Exception {
    assertBrokenBeforeTheEnd(damagedResponses(Fault.CutAt::new), "response.completed");
  }

  @Test
  void aChatStreamCutAtAnyByteIsNoTurnBeforeItsFinishReason() throws Exception {
    assertBrokenBeforeTheEnd(damagedChat(Fault.CutAt::new), "tool_calls\"}]");
  }

  @Test
  void aResponsesStreamThatEndsProperlyButEarlyIsNoTurn() throws Exception {
    assertBrokenBeforeTheEnd(damagedResponses(Fault.EndAt::new), "response.completed");
  }

  @Test
  void aChatStreamThatEndsProperlyButEarlyIsNoTurn() throws Exception {
    assertBrokenBeforeTheEnd(damagedChat(Fault.EndAt::new), "tool_calls\"}]");
  }

  @Test
  void aResponsesStreamThatStallsAtAnyByteEndsInTime() throws Exception {
    assertBrokenBeforeTheEnd(damagedResponses(Fault.StallAt::new), "response.completed");
  }

  @Test
  void aChatStreamThatStallsAtAnyByteEndsInTime() throws Exception {
    assertBrokenBeforeTheEnd(damagedChat(Fault.StallAt::new), "tool_calls\"}]");
  }

  @Test
  void aGarbledByteInAResponsesStreamNeverChangesATurn() throws Exception {
    assertNeverChanged(damagedResponses(Fault.GarbleAt::new));
  }

  @Test
  void aGarbledByteInAChatStreamNeverChangesATurn() throws Exception {
    assertNeverChanged(damagedChat(Fault.GarbleAt::new));
  }

  /** The stream as it is sent, and what became of it when it was damaged at each of its bytes. */
  private record Damaged(String stream, Outcome whole, List<Outcome> byOffset) {}

  private static Damaged damagedResponses(IntFunction<Fault> fault) throws Exception {
    try (FakeResponses server = FakeResponses.start(scenario(fault))) {
      ChatModel model =
          new OpenAiProvider()
              .open(patient(Asking.Wish.responses(server.baseUrl()), fault).settings());
      String body =
          """
          {"model":"gpt-6.1-sol","stream":true,"store":false,
           "include":["reasoning.encrypted_content"],"input":[{"role":"user","content":"-1"}]}
          """;
      return damaged(model, RawPost.to(server.baseUrl() + "/responses", body));
    }
  }

  private static Damaged damagedChat(IntFunction<Fault> fault) throws Exception {
    try (FakeChatCompletions server = FakeChatCompletions.start(scenario(fault))) {
      ChatModel model =
          new OpenAiProvider().open(patient(Asking.Wish.chat(server.baseUrl()), fault).settings());
      String body =
          """
          {"model":"local-model","stream":true,"stream_options":{"include_usage":true},
           "messages":[{"role":"user","content":"-1"}]}
          """;
      return damaged(model, RawPost.to(server.baseUrl() + "/chat/completions", body));
    }
  }

  private static Asking.Wish patient(Asking.Wish wish, IntFunction<Fault> fault) {
    return fault.apply(0) instanceof Fault.StallAt
        ? wish.patience(Duration.ofSeconds(5), Duration.ofMillis(900), Duration.ofMillis(250))
        : wish;
  }

  /** The user's message says where the answer is to be damaged. */
  private static Scenario scenario(IntFunction<Fault> fault) {
    return Scenario.answering(
        body -> {
          JsonNode messages = body.has("input") ? body.path("input") : body.path("messages");
          int offset =
              Integer.parseInt(messages.path(messages.size() - 1).path("content").asText());
          return offset < 0 ? RICH : RICH.with(fault.apply(offset));
        });
  }

  private static Damaged damaged(ChatModel model, String stream) throws Exception {
    Outcome whole = outcome(model, -1);
    assertThat(whole.result()).isInstanceOf(ModelResult.Turn.class);
    int length = stream.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    List<Future<Outcome>> running = new ArrayList<>();
    Semaphore places = new Semaphore(AT_ONCE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int offset = 0; offset <= length; offset++) {
        int at = offset;
        places.acquire();
        running.add(
            threads.submit(
                () -> {
                  try {
                    return outcome(model, at);
                  } finally {
                    places.release();
                  }
                }));
      }
    }
    return new Damaged(stream, whole, results(running));
  }

  private static List<Outcome> results(List<Future<Outcome>> running)
      throws InterruptedException, ExecutionException {
    List<Outcome> outcomes = new ArrayList<>();
    for (Future<Outcome> one : running) {
      outcomes.add(one.get());
    }
    return outcomes;
  }

  private static Outcome outcome(ChatModel model, int offset) {
    StringBuilder shown = new StringBuilder();
    ModelResult result =
        model.call(
            Asking.request(new Message.User(String.valueOf(offset))),
            new CancelToken(),
            event -> {
              if (event instanceof ModelEvent.TextDelta(String text)) {
                shown.append(text);
              }
            });
    return new Outcome(result, shown.toString());
  }

  /** Everything before the terminal event is a failure, everything behind it a turn. */
  private static void assertBrokenBeforeTheEnd(Damaged damaged, String terminal) {
    int last = damaged.stream().lastIndexOf(terminal);
    assertThat(last).isPositive();
    int begins =
        damaged.stream()
            .substring(0, last)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8)
            .length;
    boolean turnSeen = false;
    for (int offset = 0; offset < damaged.byOffset().size(); offset++) {
      Outcome outcome = damaged.byOffset().get(offset);
      switch (outcome.result()) {
        case ModelResult.Turn(var turn) -> {
          assertThat(offset).as("a turn at offset %d", offset).isGreaterThan(begins);
          assertThat(turn.blocks()).as("offset %d", offset).isEqualTo(wholeBlocks(damaged));
          turnSeen = true;
        }
        case ModelResult.Failed(var failure) -> {
          assertThat(failure.kind())
              .as("offset %d", offset)
              .isIn(Kind.STREAM_BROKEN, Kind.TIMEOUT, Kind.BAD_RESPONSE);
          assertThat(failure.problem().code()).as("offset %d", offset).startsWith("E2");
          assertThat(damaged.whole().shown()).as("offset %d", offset).startsWith(outcome.shown());
          assertThat(turnSeen).as("a failure behind a turn, at %d", offset).isFalse();
        }
        case ModelResult.Cancelled cancelled -> throw new AssertionError("offset " + offset);
      }
    }
    assertThat(turnSeen).as("a turn at the end").isTrue();
  }

  private static List<ai.stigmer.graphton.message.Block> wholeBlocks(Damaged damaged) {
    return ((ModelResult.Turn) damaged.whole().result()).turn().blocks();
  }

  private static void assertNeverChanged(Damaged damaged) {
    int failures = 0;
    for (int offset = 0; offset < damaged.byOffset().size(); offset++) {
      Outcome outcome = damaged.byOffset().get(offset);
      switch (outcome.result()) {
        case ModelResult.Turn(var turn) -> {
          assertThat(turn.blocks()).as("offset %d", offset).isEqualTo(wholeBlocks(damaged));
          assertThat(outcome.shown()).as("offset %d", offset).isEqualTo(damaged.whole().shown());
        }
        case ModelResult.Failed(var failure) -> {
          failures++;
          assertThat(failure.problem().code()).as("offset %d", offset).startsWith("E2");
        }
        case ModelResult.Cancelled cancelled -> throw new AssertionError("offset " + offset);
      }
    }
    assertThat(failures).isGreaterThan(damaged.byOffset().size() / 2);
  }
}
