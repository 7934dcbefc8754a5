package ai.stigmer.graphton.budget;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.RunEnd.Limit;
import ai.stigmer.graphton.journal.ForwardingInbox;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.AttemptFailed;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A budget over processes that share nothing but the journal; each has an account of its own. */
@Timeout(60)
class TreeLedgerTest {
  private static final String ROOT = "r";
  private static final String ONE = "r_aaaaaaaa";
  private static final String OTHER = "r_bbbbbbbb";
  private static final long PROMPT = 60;

  /** What a call of the model may take: the prompt, and the longest answer. */
  private static final long MOST = PROMPT + 100;

  private final Journal journal = new InMemoryJournal(InstantSource.system());
  private final Map<String, JournalWriter> writers = new HashMap<>();
  private final CancelToken impatient = new CancelToken();

  @BeforeEach
  void begin() {
    for (String run : List.of(ROOT, ONE, OTHER)) {
      writers.put(run, journal.create(run, "test"));
    }
    record(ROOT, new ChildStarted("a", ONE, "w"), new ChildStarted("b", OTHER, "w"));
    impatient.askToYield();
  }

  @AfterEach
  void close() {
    writers.values().forEach(JournalWriter::close);
  }

  @Test
  void tokensThatACallElsewhereMayTakeAreHeldUntilItsAnswerIsThere() {
    Budget budget = Budget.UNLIMITED.withTokens(2 * MOST - 1);
    Account there = process(budget);
    assertThat(asks(process(budget), ONE)).isTrue();

    assertThat(asks(there, OTHER)).isFalse();
    assertThat(there.breach()).isEmpty();
    answers(ONE, MOST - 1);

    assertThat(asks(there, OTHER)).isTrue();
  }

  @Test
  void moneyThatACallElsewhereMayCostIsHeldUntilItsAnswerIsThere() {
    Budget budget = Budget.UNLIMITED.withCostUsd(new BigDecimal("5.00"));
    Account there = process(budget);
    assertThat(asks(process(budget), ONE)).isTrue();

    assertThat(asks(there, OTHER)).isFalse();
    assertThat(there.breach()).isEmpty();
    answers(ONE, 10);

    assertThat(asks(there, OTHER)).isTrue();
  }

  @Test
  void callsOfToolsThatAreUnderWayElsewhereCount() {
    Budget budget = Budget.UNLIMITED.withToolCalls(3);
    Account here = process(budget);
    Account there = process(budget);
    assertThat(here.admitsTool(ONE)).isTrue();
    assertThat(here.admitsTool(ONE)).isTrue();

    assertThat(there.admitsTool(OTHER)).isTrue();
    assertThat(there.admitsTool(OTHER)).isFalse();

    assertThat(there.breach())
        .hasValueSatisfying(breach -> assertThat(breach.limit()).isEqualTo(Limit.TOOL_CALLS));
  }

  @Test
  void aRunThatIsDrivenAnewHoldsNoFewerCallsThanBefore() {
    Budget budget = Budget.UNLIMITED.withToolCalls(4);
    Account before = process(budget);
    for (int i = 0; i < 3; i++) {
      assertThat(before.admitsTool(ROOT)).isTrue();
    }

    assertThat(process(budget).admitsTool(ROOT)).isTrue();

    Account there = process(budget);
    assertThat(there.admitsTool(ONE)).isTrue();
    assertThat(there.admitsTool(ONE)).isFalse();
  }

  @Test
  void callsThatWereHeldAndNotServedAreFreeOnceTheirRunAsksTheModelAgain() {
    Budget budget = Budget.UNLIMITED.withToolCalls(3);
    Account here = process(budget);
    for (int i = 0; i < 3; i++) {
      assertThat(here.admitsTool(ONE)).isTrue();
    }
    record(
        ONE,
        outcome(ToolResult.Status.OK),
        outcome(ToolResult.Status.NOT_RUN),
        outcome(ToolResult.Status.NOT_RUN));
    Account there = process(budget);

    assertThat(asks(here, ONE)).isTrue();

    assertThat(there.admitsTool(OTHER)).isTrue();
    assertThat(there.admitsTool(OTHER)).isTrue();
    assertThat(there.admitsTool(OTHER)).isFalse();
  }

  @Test
  void holdsOfTwoRunsThatDiedDoNotWaitForEachOther() {
    // Given: both had room, until an attempt turned out to have used some of it
    Budget budget = Budget.UNLIMITED.withTokens(2 * MOST);
    assertThat(asks(process(budget), ONE)).isTrue();
    assertThat(asks(process(budget), OTHER)).isTrue();
    record(ONE, new AttemptFailed(new TurnUsage("fake", "dear", Usage.of(1, 0))));
    // When
    assertThat(asks(process(budget), ONE)).isFalse();
    // Then
    assertThat(asks(process(budget), OTHER)).isTrue();
  }

  @Test
  void whoWaitsForAHoldInVainGivesTheRunBack() {
    Budget budget = Budget.UNLIMITED.withTokens(2 * MOST - 1);
    assertThat(asks(process(budget), ONE)).isTrue();
    Account there = process(budget);

    assertThat(there.reserve(OTHER, AccountTest.MODELS, PROMPT, new CancelToken())).isEmpty();

    assertThat(there.breach()).isEmpty();
  }

  @Test
  void aRunThatWasAnnouncedAndHasNotBegunHasSpentNothing() {
    record(ROOT, new ChildStarted("c", "r_cccccccc", "w"));
    Account account = process(Budget.UNLIMITED.withModelCalls(1).withToolCalls(1));

    assertThat(account.admitsTool(ROOT)).isTrue();
    assertThat(asks(account, ROOT)).isTrue();
  }

  @Test
  void whatWasReadIsNotReadAgainAndManyHoldsAreReadAtFewLooks() {
    // Given
    Account here = process(Budget.UNLIMITED.withToolCalls(1000));
    for (int i = 0; i < 100; i++) {
      assertThat(here.admitsTool(ONE)).isTrue();
    }
    var counting = new Counting(journal);
    var ledger =
        new TreeLedger(
            counting,
            ROOT,
            Map.of(ROOT, journal.read(ROOT), ONE, journal.read(ONE), OTHER, journal.read(OTHER)));
    // When
    assertThat(ledger.look(ROOT).toolCalls()).isEqualTo(100);
    // Then
    assertThat(counting.looks).isLessThan(10);
    assertThat(counting.entries).isZero();
    // When
    record(ONE, outcome(ToolResult.Status.OK));
    assertThat(ledger.look(ONE).toolCalls()).isEqualTo(1);
    // Then
    assertThat(counting.looks).isLessThan(11);
    assertThat(counting.entries).isEqualTo(1);
  }

  private Account process(Budget budget) {
    return new Account(
        new Funding(budget, AccountTest.PRICES),
        Tally.NOTHING,
        () -> 0,
        Optional.of(new TreeLedger(journal, ROOT, Map.of())));
  }

  /** Whether a run may ask the model now; its process may die then. */
  private boolean asks(Account account, String run) {
    return account.reserve(run, AccountTest.MODELS, PROMPT, impatient).isPresent();
  }

  private void answers(String run, long tokens) {
    record(
        run,
        new Turn(
            new ModelTurn("fake", "dear", "{}", List.of(), Usage.of(tokens, 0), StopReason.END)));
  }

  private static ToolOutcome outcome(ToolResult.Status status) {
    return new ToolOutcome(new ToolCall("c", "work", "{}"), new ToolResult(status, "worked"));
  }

  private void record(String run, JournalEntry... entries) {
    requireNonNull(writers.get(run), run).append(List.of(entries));
  }

  /** Counts looks into the inbox, and entries that were read. */
  private static final class Counting extends ForwardingJournal {
    private int looks;
    private int entries;

    Counting(Journal journal) {
      super(journal);
    }

    @Override
    public List<Recorded> read(String runId, long after) {
      List<Recorded> read = super.read(runId, after);
      entries += read.size();
      return read;
    }

    @Override
    public Inbox inbox() {
      return new ForwardingInbox(super.inbox()) {
        @Override
        public Optional<Posted> find(String runId, String topic) {
          looks++;
          return super.find(runId, topic);
        }

        @Override
        public Map<String, Posted> find(String runId, Collection<String> topics) {
          looks++;
          return super.find(runId, topics);
        }
      };
    }
  }
}
