package ai.stigmer.graphton.budget;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A call of a model is reserved with the most that it may take and settled with what it took. Reservations make the
 * limit hold when sub-agents ask at the same time; a caller that would fit if the calls under way took nothing waits
 * for them, so that a reservation alone never ends a run. The first limit that is reached ends the whole tree: what a
 * sub-agent may not spend, its parent may not spend either.
 */
/**
 * What one run and all its sub-agents have spent, and whether the next thing is within the budget.
 *
 * <p>Thread contract: thread-safe; shared by the runs of one tree.
 */
public final class Account {
  /** How often a call looks again that waits for those of other processes. */
  private static final long LOOK_MILLIS = 200;

  /** How often it is looked before the run is given back: five seconds. */
  private static final int MOST_LOOKS = 25;

  private final Budget budget;
  private final Prices prices;
  private final LongSupplier nanos;
  private final long began;
  private final Duration ranBefore;
  private final List<TurnUsage> spent;
  private int modelCalls;
  private int toolCalls;
  private long tokens;
  private BigDecimal cost = BigDecimal.ZERO;
  private final List<Reservation> underWay = new ArrayList<>();
  private final Optional<TreeLedger> elsewhere;
  private final Map<String, Served> servedHere = new HashMap<>();
  private @Nullable Breach breach;

  /**
   * An account.
   *
   * @param before what the journals say was spent
   * @param nanos a clock that only goes forward, in nanoseconds
   */
  public Account(Funding funding, Tally before, LongSupplier nanos) {
    this(funding, before, nanos, Optional.empty());
  }

  /**
   * The same of a tree whose runs may be driven at several places at once.
   *
   * @param elsewhere what they spend; looked at before each effect that a limit is about
   */
  public Account(
      Funding funding, Tally before, LongSupplier nanos, Optional<TreeLedger> elsewhere) {
    this.elsewhere = elsewhere.filter(ledger -> isCounted(funding.budget()));
    this.budget = funding.budget();
    this.prices = funding.prices();
    this.nanos = nanos;
    this.began = nanos.getAsLong();
    this.ranBefore = before.ran();
    this.modelCalls = before.modelCalls();
    this.toolCalls = before.toolCalls();
    this.spent = new ArrayList<>(before.spent());
    before.spent().forEach(this::add);
  }

  /** Whether a limit is about what runs spend, and not only about time. */
  private static boolean isCounted(Budget budget) {
    return budget.modelCalls().isPresent()
        || budget.toolCalls().isPresent()
        || budget.tokens().isPresent()
        || budget.costUsd().isPresent();
  }

  /**
   * Sets aside what one call of a model may take at most. Waits while calls under way hold what it
   * needs.
   *
   * @param models those that may answer
   * @param promptTokens the prompt as it is estimated
   * @return empty when a limit is reached, see {@link #breach}, or the token was cancelled
   */
  public Optional<Reservation> reserve(
      List<ChatModel> models, long promptTokens, CancelToken cancel) {
    return reserve("", models, promptTokens, cancel);
  }

  /** The same for a run of the tree. */
  Optional<Reservation> reserve(
      String run, List<ChatModel> models, long promptTokens, CancelToken cancel) {
    Worst worst = worst(models, promptTokens);
    try (CancelToken.Registration _ = cancel.onCancel(this::wake)) {
      return reserve(run, worst, cancel);
    }
  }

  /** Whether {@link #admitsTool} would admit one. */
  public synchronized boolean hasRoomForTool() {
    return breach == null
        && overTime().isEmpty()
        && toolCalls < budget.toolCalls().orElse(Integer.MAX_VALUE);
  }

  /** Counts a call of a tool that is about to be served, unless a limit forbids it. */
  public boolean admitsTool() {
    return admitsTool("");
  }

  /** The same for a run of the tree. */
  synchronized boolean admitsTool(String run) {
    Optional<TreeLedger> ledger = elsewhere.filter(_ -> budget.toolCalls().isPresent());
    if (ledger.isEmpty()) {
      return isAdmitted();
    }
    Served served = servedHere.computeIfAbsent(run, _ -> new Served());
    do {
      look(ledger.get(), run);
      toolCalls += served.underWay(ledger.get().toolCalls(run));
    } while (isAdmitted()
        && !ledger.get().isToolHeld(run, served.underWay(ledger.get().toolCalls(run)) + 1));
    served.calls++;
    return breach == null;
  }

  /** Calls of tools of one run that were served here. */
  private static final class Served {
    private int calls;
    private int before = -1;

    /** How many of them have no outcome yet. */
    int underWay(int outcomes) {
      before = before < 0 ? outcomes : before;
      return calls - (outcomes - before);
    }
  }

  /** Takes over what stands in the journals of all runs; returns what others hold. */
  private List<Worst> look(TreeLedger ledger, String run) {
    TreeLedger.Look seen = ledger.look(run);
    modelCalls = seen.modelCalls();
    toolCalls = seen.toolCalls();
    tokens = 0;
    cost = BigDecimal.ZERO;
    seen.spent().forEach(this::add);
    return seen.others().stream().map(hold -> new Worst(hold.tokens(), hold.costUsd())).toList();
  }

  private boolean isAdmitted() {
    if (breach == null) {
      breach = overTime().orElse(null);
    }
    if (breach == null && toolCalls >= budget.toolCalls().orElse(Integer.MAX_VALUE)) {
      breach = Breach.toolCalls(toolCalls);
    }
    if (breach == null) {
      toolCalls++;
    }
    return breach == null;
  }

  /** Counts what an attempt used that gave no answer; it is part of the call that is under way. */
  public synchronized void lost(TurnUsage attempt) {
    count(attempt);
  }

  private void count(TurnUsage used) {
    spent.add(used);
    add(used);
  }

  private void add(TurnUsage used) {
    tokens = plus(tokens, tokensOf(used.usage()));
    cost = cost.add(prices.of(used).orElse(BigDecimal.ZERO));
  }

  /** A limit has ended a run of the tree that others drive, and so ends the whole tree. */
  public synchronized void stoppedElsewhere(RunEnd.Stopped end) {
    if (breach == null) {
      breach = new Breach(end.limit(), end.problem());
    }
    notifyAll();
  }

  /** The limit that ended the tree; empty while there is none. */
  public synchronized Optional<Breach> breach() {
    return Optional.ofNullable(breach);
  }

  /** What every answer so far used, in the order in which they came. */
  public synchronized List<TurnUsage> spent() {
    return List.copyOf(spent);
  }

  /** What has been spent so far, with the time of this process. */
  synchronized Tally tally() {
    return new Tally(modelCalls, toolCalls, spent, ran());
  }

  /** The right to make one call of a model. Closing it gives back what was not settled. */
  public final class Reservation implements AutoCloseable {
    private final Worst worst;

    private Reservation(Worst worst) {
      this.worst = worst;
    }

    /** The call was answered, and the answer is durable. */
    public void settle(TurnUsage turn) {
      synchronized (Account.this) {
        modelCalls++;
        count(turn);
        close();
      }
    }

    @Override
    public void close() {
      synchronized (Account.this) {
        underWay.remove(this);
        Account.this.notifyAll();
      }
    }
  }

  private record Worst(long tokens, BigDecimal cost) {}

  private Worst worst(List<ChatModel> models, long prompt) {
    long most = prompt;
    BigDecimal dearest = BigDecimal.ZERO;
    for (ChatModel model : models) {
      long output = prices.maxOutput(model.provider(), model.model());
      most = Math.max(most, plus(prompt, output));
      for (Usage usage : List.of(Usage.of(prompt, output), new Usage(0, output, 0, prompt, 0))) {
        var turn = new TurnUsage(model.provider(), model.model(), usage);
        dearest = dearest.max(prices.of(turn).orElse(BigDecimal.ZERO));
      }
    }
    return new Worst(most, dearest);
  }

  private synchronized Optional<Reservation> reserve(String run, Worst worst, CancelToken cancel) {
    int looks = 0;
    try {
      while (breach == null && !cancel.isCancelled()) {
        List<Worst> others =
            elsewhere
                .map(ledger -> look(ledger, run))
                .orElseGet(() -> underWay.stream().map(other -> other.worst).toList());
        if (over(worst, others).isEmpty()) {
          if (elsewhere.isPresent() && !elsewhere.get().isHeld(run, worst.tokens(), worst.cost())) {
            continue;
          }
          var reservation = new Reservation(worst);
          underWay.add(reservation);
          return Optional.of(reservation);
        }
        breach = over(worst, List.of()).orElse(null);
        if (breach == null && elsewhere.isPresent()) {
          // Of two runs whose processes died each would wait for the other's hold.
          elsewhere.get().letGo(run);
          // Whoever waits on takes a place that the run which holds it may need to go on.
          if (cancel.isYieldAsked() || ++looks > MOST_LOOKS) {
            return Optional.empty();
          }
          wait(LOOK_MILLIS);
        } else if (breach == null) {
          wait();
        }
      }
    } catch (InterruptedException e) {
      // Whoever interrupts the thread of a run wants the run to end.
      cancel.cancel();
      Thread.currentThread().interrupt();
    }
    notifyAll();
    return Optional.empty();
  }

  private Optional<Breach> over(Worst next, List<Worst> others) {
    Optional<Breach> late = overTime();
    if (late.isPresent()) {
      return late;
    }
    int calls = budget.modelCalls().orElse(Integer.MAX_VALUE);
    if (modelCalls + others.size() >= calls) {
      return Optional.of(Breach.modelCalls(calls));
    }
    long held = others.stream().mapToLong(Worst::tokens).reduce(0, Account::plus);
    long most = budget.tokens().orElse(Long.MAX_VALUE);
    if (plus(plus(tokens, held), next.tokens()) > most) {
      return Optional.of(Breach.tokens(most, tokens, next.tokens()));
    }
    BigDecimal dear = others.stream().map(Worst::cost).reduce(cost, BigDecimal::add);
    return budget
        .costUsd()
        .filter(limit -> dear.add(next.cost()).compareTo(limit) > 0)
        .map(limit -> Breach.cost(limit, cost, next.cost()));
  }

  private Optional<Breach> overTime() {
    return budget.wallTime().filter(limit -> ran().compareTo(limit) >= 0).map(Breach::wallTime);
  }

  private Duration ran() {
    return ranBefore.plusNanos(Math.max(0, nanos.getAsLong() - began));
  }

  private synchronized void wake() {
    notifyAll();
  }

  private static long tokensOf(Usage usage) {
    return plus(plus(usage.input(), usage.output()), plus(usage.cacheRead(), usage.cacheWrite()));
  }

  /** A server that counts nonsense must not turn a sum negative. */
  private static long plus(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
