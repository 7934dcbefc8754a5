package ai.stigmer.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.http.Ready.Need;
import ai.stigmer.server.http.Ready.Part;
import ai.stigmer.testkit.Await;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whether a server is ready, when that cannot be found out, and when it is about to end. */
class ReadyPartsTest {

  @Test
  void aPartThatDoesNotAnswerIsWrongAndIsAskedOnceHoweverManyWantToKnow() {
    // Given a database that is away: whoever asks it waits
    var back = new CountDownLatch(1);
    var looks = new AtomicInteger();
    Part hanging =
        new Part(
            "journal",
            Need.NEEDED,
            () -> {
              looks.incrementAndGet();
              Await.until("it is back", () -> back.getCount() == 0);
              return Optional.empty();
            });
    var ready = new Ready(List.of(hanging), Duration.ofMillis(50));

    // When it is looked at again and again
    Ready.Report first = ready.report();
    assertThat(ready.status()).isEqualTo("unready");
    assertThat(ready.status()).isEqualTo("unready");

    // Then
    assertThat(first.parts().getFirst().problem().orElseThrow().code()).isEqualTo("E530");
    assertThat(looks).hasValue(1);
    back.countDown();
    Await.until("ready again", () -> ready.status().equals("ready"));
  }

  @Test
  void aServerThatIsAboutToEndIsNotReady() {
    var ready = new Ready(List.of(new Part("journal", Need.NEEDED, Optional::empty)));
    assertThat(ready.status()).isEqualTo("ready");

    ready.drain();

    assertThat(ready.status()).isEqualTo("unready");
  }
}
