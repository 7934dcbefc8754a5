package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.Scenario;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are larger, deeper or odder than any should be. */
@Timeout(60)
class BoundsTest {
  private static final long LINE = 100L * 1024 * 1024;

  @ParameterizedTest
  @ValueSource(strings = {"data: {\"x\":\"", ": comment ", "unknown: "})
  void aLineOfAHundredMegabytesIsGivenUpEarly(String begin) {
    // Given
    AtomicLong sent = new AtomicLong();
    try (RawHttp server = new RawHttp(out -> endless(out, begin, sent))) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.BAD_RESPONSE);
      assertThat(failure.problem().message()).startsWith("a line is longer than 16 MiB");
      assertThat(sent.get()).isLessThan(LINE / 2);
    }
  }

  private static void endless(OutputStream out, String begin, AtomicLong sent) throws IOException {
    String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + begin;
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    byte[] block = new byte[64 * 1024];
    Arrays.fill(block, (byte) 'x');
    while (sent.get() < LINE) {
      out.write(block);
      sent.addAndGet(block.length);
    }
  }

  @Test
  void anErrorBodyOfAHundredMegabytesIsNotReadToItsEnd() {
    // Given
    AtomicLong sent = new AtomicLong();
    try (RawHttp server =
        new RawHttp(
            out -> {
              out.write("HTTP/1.1 500 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
              endless(out, "", sent);
            })) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
      assertThat(sent.get()).isLessThan(LINE / 2);
    }
  }

  @Test
  void manyLinesOfOneEventAreGivenUpToo() {
    // Given
    byte[] line = ("data: " + "x".repeat(1_000_000) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (RawHttp server =
        new RawHttp(
            out -> {
              out.write(
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                      .getBytes(StandardCharsets.US_ASCII));
              for (int i = 0; i < 100; i++) {
                out.write(line);
              }
            })) {

      // When
      ModelFailure failure =
          new Asking(Asking.Wish.chat(server.baseUrl()).settings()).failure(Asking.hello());

      // Then
      assertThat(failure.problem().message()).startsWith("an event is longer than 16 MiB");
    }
  }

  @Test
  void whatIsDeepButReadableCanBeSentBack() {
    // Given
    String deep = "[".repeat(490) + "]".repeat(490);
    String done =
        "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":"
            + "{\"type\":\"future\",\"deep\":"
            + deep
            + "}}\n\ndata: {\"type\":\"response.completed\",\"response\":{}}\n\n";
    Answer answer = Answer.empty().and(new Answer.Part.Raw(done));
    try (FakeResponses server = FakeResponses.start(Scenario.of(answer, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      ModelTurn next = asking.turn(ReplayTest.answered(Asking.hello(), turn));

      // Then
      assertThat(next.text()).isEqualTo("ok");
    }
  }

  @Test
  void halvesOfSurrogatePairsInAnAnswerAreMended() {
    // Given
    String chunk =
        """
        data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}

        data: {"choices":[{"delta":{"content":"\\ude00b\\ud83d"}}]}

        """;
    Answer answer = Answer.empty().and(new Answer.Part.Raw(chunk));
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.of(answer, Answer.text("ok")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());
      asking.turn(ReplayTest.answered(Asking.hello(), turn));

      // Then
      assertThat(turn.text()).isEqualTo("a\uD83D\uDE00b?");
      assertThat(server.asked().getLast().body().at("/messages/2/content").asText())
          .isEqualTo("a\uD83D\uDE00b?");
    }
  }
}
