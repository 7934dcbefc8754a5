package ai.stigmer.graphton.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.RunEnd.Limit;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is within a budget, and what is not. */
class AccountTest {
  private static final long OUTPUT = 100;
  static final List<ChatModel> MODELS = List.of(new Named("dear"));

  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aCallThatMayPassTheTokensIsNotMade() {
    // Given: 60 of the prompt and up to 100 of the answer
    Account account = account(Budget.UNLIMITED.withTokens(200));
    settle(account, 60, Usage.of(60, 20));
    // When
    Optional<Account.Reservation> next = account.reserve(MODELS, 60, new CancelToken());
    // Then
    assertThat(next).isEmpty();
    assertThat(account.breach())
        .hasValueSatisfying(b -> assertThat(b.limit()).isEqualTo(Limit.TOKENS));
    assertThat(account.breach().orElseThrow().problem().message())
        .isEqualTo(
            "the run has used 80 of its 200 tokens, and the next model call may take up to 160");
  }

  @Test
  void aCallThatMayPassTheMoneyIsNotMadeAndALargerBudgetIsNamed() {
    // Given: one cent for a token in, two for a token out
    Account account = account(Budget.UNLIMITED.withCostUsd(new BigDecimal("3")));
    settle(account, 50, Usage.of(50, 50));
    // When
    Optional<Account.Reservation> next = account.reserve(MODELS, 10, new CancelToken());
    // Then
    assertThat(next).isEmpty();
    assertThat(account.breach().orElseThrow().problem().message())
        .isEqualTo(
            "the run has cost $1.5000 of its $3, and the next model call may cost up to $2.1000");
    assertThat(account.breach().orElseThrow().problem().code()).isEqualTo("E813");
    assertThat(account.breach().orElseThrow().problem().help())
        .containsExactly("go on where it stopped, with more: stigmer resume ID --max-cost 6.00");
  }

  @Test
  void theTimeOfEarlierDrivesCounts() {
    // Given
    var before = new Tally(0, 0, List.of(), Duration.ofSeconds(50));
    var account =
        new Account(
            new Funding(Budget.UNLIMITED.withWallTime(Duration.ofMinutes(1)), PRICES),
            before,
            nanos::get);
    assertThat(account.admitsTool()).isTrue();
    // When
    nanos.set(Duration.ofSeconds(10).toNanos());
    // Then
    assertThat(account.admitsTool()).isFalse();
    assertThat(account.reserve(MODELS, 1, new CancelToken())).isEmpty();
    assertThat(account.breach().orElseThrow().limit()).isEqualTo(Limit.WALL_TIME);
  }

  @Test
  void aCallWaitsForOneUnderWayThatMayLeaveItRoom() throws Exception {
    // Given: room for one reservation of 160 at a time
    Account account = account(Budget.UNLIMITED.withTokens(200));
    Account.Reservation first = account.reserve(MODELS, 60, new CancelToken()).orElseThrow();
    var asking = new CountDownLatch(1);
    try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
      var second =
          other.submit(
              () -> {
                asking.countDown();
                return account.reserve(MODELS, 60, new CancelToken());
              });
      asking.await();
      // When
      first.settle(new TurnUsage("fake", "dear", Usage.of(10, 10)));
      // Then
      assertThat(second.get()).isPresent();
    }
  }

  @Test
  void aCallThatWaitsEndsWhenTheRunIsCancelled() throws Exception {
    // Given
    Account account = account(Budget.UNLIMITED.withModelCalls(1));
    var cancel = new CancelToken();
    assertThat(account.reserve(MODELS, 1, cancel)).isPresent();
    try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
      var second = other.submit(() -> account.reserve(MODELS, 1, cancel));
      // When
      cancel.cancel();
      // Then
      assertThat(second.get()).isEmpty();
      assertThat(account.breach()).isEmpty();
    }
  }

  @Test
  void aBudgetOfMoneyNeedsAPrice() {
    var funding = new Funding(Budget.UNLIMITED.withCostUsd(BigDecimal.ONE), Prices.UNKNOWN);
    assertThatThrownBy(() -> funding.requirePrices(MODELS))
        .hasMessageContaining("E815")
        .hasMessageContaining("fake/dear");
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void whoeverAsksAtTheSameTimeNoLimitIsPassed(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 30) int calls,
      @ForAll @IntRange(min = 1, max = 5000) int tokens,
      @ForAll @IntRange(min = 1, max = 60) int dollars)
      throws Exception {
    // Given
    Account account =
        account(
            Budget.UNLIMITED
                .withModelCalls(calls)
                .withTokens(tokens)
                .withCostUsd(BigDecimal.valueOf(dollars)));
    // When
    try (ExecutorService children = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int child = 0; child < 8; child++) {
        var random = new Random(seed + child);
        children.execute(() -> spend(account, random));
      }
    }
    // Then
    Tally tally = account.tally();
    assertThat(tally.modelCalls()).isLessThanOrEqualTo(calls);
    assertThat(
            tally.spent().stream()
                .mapToLong(turn -> turn.usage().input() + turn.usage().output())
                .sum())
        .isLessThanOrEqualTo(tokens);
    assertThat(
            tally.spent().stream()
                .map(turn -> PRICES.of(turn).orElseThrow())
                .reduce(BigDecimal.ZERO, BigDecimal::add))
        .isLessThanOrEqualTo(BigDecimal.valueOf(dollars));
    assertThat(account.breach()).isPresent();
  }

  private static void spend(Account account, Random random) {
    while (true) {
      long prompt = random.nextInt(50);
      Optional<Account.Reservation> reserved = account.reserve(MODELS, prompt, new CancelToken());
      if (reserved.isEmpty()) {
        return;
      }
      try (Account.Reservation reservation = reserved.get()) {
        LockSupport.parkNanos(random.nextInt(2000));
        if (random.nextInt(4) > 0) {
          reservation.settle(
              new TurnUsage("fake", "dear", Usage.of(prompt, random.nextLong(OUTPUT + 1))));
        }
      }
    }
  }

  private static void settle(Account account, long prompt, Usage usage) {
    account
        .reserve(MODELS, prompt, new CancelToken())
        .orElseThrow()
        .settle(new TurnUsage("fake", "dear", usage));
  }

  private Account account(Budget budget) {
    return new Account(new Funding(budget, PRICES), Tally.NOTHING, nanos::get);
  }

  static final Prices PRICES =
      new Prices() {
        @Override
        public Optional<BigDecimal> of(TurnUsage turn) {
          Usage usage = turn.usage();
          return Optional.of(
              BigDecimal.valueOf(
                  usage.input() + usage.cacheRead() + usage.cacheWrite() + 2 * usage.output(), 2));
        }

        @Override
        public long maxOutput(String provider, String model) {
          return OUTPUT;
        }
      };

  private record Named(String model) implements ChatModel {
    @Override
    public String provider() {
      return "fake";
    }

    @Override
    public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
      throw new AssertionError("nobody asks");
    }
  }
}
