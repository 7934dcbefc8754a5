package ai.stigmer.models.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A recorded stream with one fault at each of its bytes, many at a time. The fault is chosen by the
 * request's system text, so that answers and requests belong together.
 */
@Timeout(300)
class EveryByteTest {
  private static final Answer RECORDED = Answer.recorded(Asking.recorded("working.sse"));
  private static final int LENGTH =
      Asking.recorded("working.sse").getBytes(StandardCharsets.UTF_8).length;
  private static final int AT_A_TIME = 64;

  @Test
  void aStreamCutAnywhereIsAFailure() throws Exception {
    for (ModelResult result : results(Fault.CutAt::new, Duration.ofSeconds(30))) {
      assertBroken(result);
    }
  }

  @Test
  void aStreamThatEndsProperlyButEarlyIsAFailure() throws Exception {
    for (ModelResult result : results(Fault.EndAt::new, Duration.ofSeconds(30))) {
      assertBroken(result);
    }
  }

  private static void assertBroken(ModelResult result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            ModelResult.Failed.class,
            failed -> {
              assertThat(failed.failure().kind()).isEqualTo(Kind.STREAM_BROKEN);
              assertThat(failed.failure().problem().code()).isEqualTo("E216");
            });
  }

  @Test
  void aStallAnywhereEndsInTime() throws Exception {
    for (ModelResult result : results(Fault.StallAt::new, Duration.ofMillis(400))) {
      assertThat(result)
          .isInstanceOfSatisfying(
              ModelResult.Failed.class,
              failed -> assertThat(failed.failure().kind()).isEqualTo(Kind.TIMEOUT));
    }
  }

  @Test
  void aGarbledByteIsNeverTakenForSomethingElse() throws Exception {
    // Given
    ModelTurn whole =
        ((ModelResult.Turn)
                results(RECORDED::with, offset -> new Fault.EndAt(LENGTH), 1).getFirst())
            .turn();

    // When
    List<ModelResult> results = results(Fault.GarbleAt::new, Duration.ofSeconds(30));

    // Then
    int failed = 0;
    for (ModelResult result : results) {
      switch (result) {
        case ModelResult.Turn(ModelTurn turn) -> assertThat(turn).isEqualTo(whole);
        case ModelResult.Failed broken -> failed++;
        case ModelResult.Cancelled cancelled -> throw new AssertionError("nobody cancelled");
      }
    }
    assertThat(failed).isGreaterThan(LENGTH - 3);
  }

  private static List<ModelResult> results(IntFunction<Fault> fault, Duration patience)
      throws Exception {
    return results(RECORDED::with, fault, LENGTH - 1, patience);
  }

  private static List<ModelResult> results(
      Function<Fault, Answer> answer, IntFunction<Fault> fault, int count) throws Exception {
    return results(answer, fault, count, Duration.ofSeconds(30));
  }

  private static List<ModelResult> results(
      Function<Fault, Answer> answer, IntFunction<Fault> fault, int count, Duration patience)
      throws Exception {
    Scenario scenario =
        Scenario.answering(
                body ->
                    answer.apply(
                        fault.apply(
                            Integer.parseInt(body.path("system").get(0).path("text").asText()))))
            .withoutRecording();
    try (FakeAnthropic server = FakeAnthropic.start(scenario);
        ExecutorService pool =
            Executors.newFixedThreadPool(AT_A_TIME, Thread.ofVirtual().factory());
        ChatModel model =
            new AnthropicProvider().open(Asking.settings(server.baseUrl(), patience, patience))) {
      List<Callable<ModelResult>> calls = new ArrayList<>();
      for (int offset = 0; offset < count; offset++) {
        String system = String.valueOf(offset);
        calls.add(() -> model.call(hello(system), new CancelToken(), event -> {}));
      }
      return all(pool.invokeAll(calls));
    }
  }

  private static ai.stigmer.graphton.model.ModelRequest hello(String system) {
    return new ai.stigmer.graphton.model.ModelRequest(system, Asking.hello().messages(), List.of());
  }

  private static List<ModelResult> all(List<Future<ModelResult>> futures)
      throws InterruptedException, ExecutionException {
    List<ModelResult> results = new ArrayList<>();
    for (Future<ModelResult> future : futures) {
      results.add(future.get());
    }
    return results;
  }
}
