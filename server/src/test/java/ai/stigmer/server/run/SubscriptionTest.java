package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.testkit.Await;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What readers of an execution get, however slow they are. */
class SubscriptionTest {
  private final AtomicReference<AgentExecution> now = new AtomicReference<>();
  private final Hub hub = new Hub(id -> now.get());

  @Test
  void aReaderThatKeepsUpGetsEveryStateInOrder() throws Exception {
    var reader = new Reader();
    reader.room.release(1_000);
    var _ = hub.add("aex_1", reader, () -> state(0));
    for (int i = 1; i <= 20; i++) {
      hub.publish(state(i));
      reader.awaitStates(i + 1);
    }
    hub.publish(ended(21));
    reader.over.await();

    assertThat(reader.numbers())
        .containsExactlyElementsOf(IntStream.rangeClosed(0, 21).boxed().toList());
    assertThat(reader.isCompleted).isTrue();
  }

  @Test
  void aReaderThatStandsStillHoldsNobodyUpAndIsGivenTheNewestState() throws Exception {
    // Given
    var stalled = new Reader();
    var quick = new Reader();
    quick.room.release(100_000);
    var _ = hub.add("aex_1", stalled, () -> state(0));
    var _ = hub.add("aex_1", quick, () -> state(0));

    // When
    for (int i = 1; i < 10_000; i++) {
      hub.publish(state(i));
    }
    hub.publish(ended(10_000));
    quick.over.await();
    int before = stalled.numbers().size();
    stalled.room.release(100_000);
    stalled.over.await();

    // Then
    assertThat(before).isZero();
    assertThat(stalled.numbers())
        .endsWith(10_000)
        .isSorted()
        .hasSizeLessThanOrEqualTo(Subscription.CAPACITY + 1);
    assertThat(stalled.isCompleted).isTrue();
    assertThat(quick.numbers()).endsWith(10_000).isSorted();
  }

  @Test
  void textThatStreamsIsShownAsTheStateOfNow() throws Exception {
    var reader = new Reader();
    reader.room.release(1_000);
    var _ = hub.add("aex_1", reader, () -> state(0));
    now.set(state(7));

    hub.touch("aex_1");
    reader.awaitStates(2);
    hub.publish(ended(8));
    reader.over.await();

    assertThat(reader.numbers()).containsExactly(0, 7, 8);
  }

  @Test
  void allReadersAreShownTheSameStateOfNow() throws Exception {
    // Given
    Hub anew = new Hub(id -> state(7));
    List<Reader> readers = Stream.generate(Reader::new).limit(50).toList();
    for (Reader reader : readers) {
      reader.room.release(1_000);
      var _ = anew.add("aex_1", reader, () -> state(0));
      reader.awaitStates(1);
    }

    // When
    anew.touch("aex_1");
    for (Reader reader : readers) {
      reader.awaitStates(2);
    }

    // Then
    assertThat(readers.stream().map(reader -> System.identityHashCode(reader.states.get(1))))
        .as("one object, so that it is built and encoded once")
        .containsOnly(System.identityHashCode(readers.getFirst().states.get(1)));
  }

  @Test
  void whatIsDurableReplacesTheTextThatLedToIt() throws Exception {
    // Given a reader without room, and text that streams
    var reader = new Reader();
    reader.room.release(1);
    var _ = hub.add("aex_1", reader, () -> state(0));
    reader.awaitStates(1);
    var other = new Reader();
    other.room.release(1_000);
    var _ = hub.add("aex_1", other, () -> state(0));
    other.awaitStates(1);
    now.set(state(1));
    hub.touch("aex_1");
    other.awaitStates(2);

    // When
    hub.publish(state(2));
    reader.room.release(1_000);
    reader.awaitStates(2);
    now.set(state(3));
    hub.touch("aex_1");
    reader.awaitStates(3);
    hub.publish(ended(4));
    reader.over.await();

    // Then
    assertThat(reader.numbers()).containsExactly(0, 2, 3, 4);
  }

  @ParameterizedTest
  @CsvSource({"0, 100", "400, 100", "1000, 250", "2000, 500", "20000, 500"})
  void theMoreReadersThereAreTheLongerAreThePausesOfTextThatStreams(int readers, long millis) {
    assertThat(Hub.pauseMillis(readers)).isEqualTo(millis);
  }

  @Test
  void whoSubscribesAfterTheEndGetsTheLastStateAndNothingElse() throws Exception {
    var reader = new Reader();
    reader.room.release(10);

    var _ = hub.add("aex_1", reader, () -> ended(3));
    reader.over.await();

    assertThat(reader.numbers()).containsExactly(3);
    assertThat(reader.isCompleted).isTrue();
  }

  @Test
  void readersAreLetGoOfWhenTheServerEnds() throws Exception {
    var reader = new Reader();
    reader.room.release(10);
    var _ = hub.add("aex_1", reader, () -> state(0));
    reader.awaitStates(1);

    hub.close();
    reader.over.await();

    assertThat(reader.isDropped).isTrue();
  }

  @Test
  void thereIsALimitOfReadersAndThoseThatAreGoneDoNotCount() {
    var first = hub.add("aex_1", new Reader(), () -> state(0));
    for (int i = 1; i < 1_000; i++) {
      var _ = hub.add("aex_1", new Reader(), () -> state(0));
    }

    assertThatThrownBy(() -> hub.add("aex_1", new Reader(), () -> state(0)))
        .hasMessageContaining("E567");
    first.close();
    var _ = hub.add("aex_1", new Reader(), () -> state(0));
  }

  @Test
  void whoeverIsGoneGivesItsPlaceToReadersOfOtherExecutionsAtOnce() {
    var first = hub.add("aex_0", new Reader(), () -> state(0));
    for (int i = 1; i < 20_000; i++) {
      var _ = hub.add("aex_" + i / 1_000, new Reader(), () -> state(0));
    }
    assertThatThrownBy(() -> hub.add("aex_20", new Reader(), () -> state(0)))
        .hasMessageContaining("E567");

    first.close();
    first.close();

    var _ = hub.add("aex_20", new Reader(), () -> state(0));
    assertThatThrownBy(() -> hub.add("aex_20", new Reader(), () -> state(0)))
        .hasMessageContaining("E567");
    assertThat(hub.count()).isEqualTo(20_000);
  }

  @Test
  void whatIsPublishedWhileTheFirstStateIsAskedForIsNotFollowedByThatOlderOne() throws Exception {
    var reader = new Reader();
    reader.room.release(10);

    var _ =
        hub.add(
            "aex_1",
            reader,
            () -> {
              AgentExecution old = state(0);
              hub.publish(state(1));
              return old;
            });
    hub.publish(ended(2));
    reader.over.await();

    assertThat(reader.numbers()).containsExactly(1, 2);
  }

  @Test
  void whoeverPublishesLaterDoesNotPublishAnOlderState() throws Exception {
    // Given
    var reader = new Reader();
    reader.room.release(10);
    var _ = hub.add("aex_1", reader, () -> state(0));
    var isAsked = new CountDownLatch(1);
    Thread second = Thread.ofPlatform().unstarted(() -> hub.publish("aex_1", () -> ended(2)));

    // When one takes its state, and another one comes before it is told
    Thread first =
        Thread.ofPlatform()
            .start(
                () ->
                    hub.publish(
                        "aex_1",
                        () -> {
                          isAsked.countDown();
                          Await.until(
                              "the other one waits, or is done",
                              () ->
                                  second.getState() == Thread.State.BLOCKED
                                      || second.getState() == Thread.State.TERMINATED);
                          return state(1);
                        }));
    isAsked.await();
    second.start();
    first.join();
    second.join();
    reader.over.await();

    // Then
    assertThat(reader.numbers()).containsExactly(0, 1, 2);
  }

  private static AgentExecution state(int number) {
    return state(number, ExecutionPhase.EXECUTION_IN_PROGRESS);
  }

  private static AgentExecution ended(int number) {
    return state(number, ExecutionPhase.EXECUTION_COMPLETED);
  }

  private static AgentExecution state(int number, ExecutionPhase phase) {
    return AgentExecution.newBuilder()
        .setMetadata(
            ApiResourceMetadata.newBuilder().setId("aex_1").setName(String.valueOf(number)))
        .setStatus(AgentExecutionStatus.newBuilder().setPhase(phase))
        .build();
  }

  /** Reads as much as it has room for. */
  private static final class Reader implements Subscriber {
    private final Semaphore room = new Semaphore(0);
    private final Semaphore arrived = new Semaphore(0);
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<AgentExecution> states = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean isCompleted;
    private volatile boolean isDropped;
    private int awaited;

    @Override
    public void awaitRoom(BooleanSupplier gone) throws InterruptedException {
      room.acquire();
    }

    @Override
    public void send(AgentExecution state) {
      states.add(state);
      arrived.release();
    }

    @Override
    public void completed() {
      isCompleted = true;
      over.countDown();
    }

    @Override
    public void dropped() {
      isDropped = true;
      over.countDown();
    }

    void awaitStates(int count) throws InterruptedException {
      arrived.acquire(count - awaited);
      awaited = count;
    }

    List<Integer> numbers() {
      return states.stream().map(one -> Integer.valueOf(one.getMetadata().getName())).toList();
    }
  }
}
