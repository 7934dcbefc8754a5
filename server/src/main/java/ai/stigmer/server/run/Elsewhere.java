package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Journal.Head;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.Engine;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.resource.Shelf;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * Looking is the truth; what the journal tells of appends only makes us look sooner. Every server of a fleet follows every
 * execution that has not ended, so that none is lost with a server: to begin what has begun, to start what is under way and
 * to write an end that is written changes nothing.
 */
/**
 * Looks after the executions of a fleet: reads on in the runs that workers drive, finds executions
 * that other servers have made, and tells of runs that nobody goes on with. Looking takes at most a
 * tenth of the time, however many there are.
 *
 * <p>Thread: two virtual ones of its own, until it is closed.
 */
final class Elsewhere implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final int SHARE = 10;

  /** Another server begins the run. */
  private static final Set<String> OF_ANOTHER = Set.of("E502", "E504", "E505");

  private final Shared shared;
  private final SteeringDesk desk;
  private final Executions here;
  private final Launch launch;
  private final Consumer<String> grown;
  private final ServerLog log;
  private final Registration watch;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  /** Those that were to be given their end, and could not be driven for it. */
  private final Set<String> hopeless = ConcurrentHashMap.newKeySet();

  private final CountDownLatch closed = new CountDownLatch(1);

  /** Who drives the runs. */
  enum Drivers {
    /** Each has all that it is asked for, and settles with the others who takes it. */
    WORKERS,
    /** This server and those like it, each what no other one drives. */
    SERVERS
  }

  /** What this server has in common with the others, and how it has runs driven. */
  record Shared(
      Shelf<AgentExecution> executions,
      SessionTurns turns,
      Journal journal,
      Engine engine,
      Drivers drivers) {
    Shared {
      requireNonNull(executions, "executions is null");
      requireNonNull(turns, "turns is null");
      requireNonNull(journal, "journal is null");
      requireNonNull(engine, "engine is null");
      requireNonNull(drivers, "drivers is null");
    }
  }

  /**
   * @param here what this server follows
   * @param grown is told the id of a run whose journal has grown
   */
  Elsewhere(Executions here, Shared shared, Launch launch, Consumer<String> grown, ServerLog log) {
    this.here = here;
    this.shared = shared;
    this.desk = new SteeringDesk(shared.journal());
    this.launch = launch;
    this.grown = grown;
    this.log = log;
    this.watch = shared.journal().watch(this::appended);
  }

  Drivers drivers() {
    return shared.drivers();
  }

  void start() {
    Thread.ofVirtual().name("elsewhere-told").start(this::readTold);
    Thread.ofVirtual().name("elsewhere-look").start(this::look);
  }

  /**
   * Begins its run and starts it, if it is its session's turn; what another server is about is
   * looked at again later.
   */
  void handOver(Following following) {
    String id = following.id();
    Optional<AgentExecution> row = shared.executions().find(id);
    if (isOver(row)) {
      here.left(following, row);
      return;
    }
    hopeless.remove(id);
    if (isOfAnother(following)) {
      following.launchLater();
      return;
    }
    String holder = shared.turns().take(following.session(), id, this::isDone);
    if (!holder.equals(id)) {
      following.launchLater();
      // After a restart the one that is resumed may stand in front of the one that is under way.
      Following other = here.find(holder);
      if (other != null) {
        here.launch(other);
      }
    } else if (!begun(following)) {
      following.launchLater();
    } else {
      start(following);
    }
  }

  /** Whether it has its turn already: another server drives it, it waits for word, or is over. */
  private boolean isOfAnother(Following following) {
    Head head = shared.journal().heads(List.of(following.id())).get(following.id());
    if (head == null || head.entries() == 0) {
      return false;
    }
    boolean _ = readOn(following);
    return here.find(following.id()) != following || !mayBeDriven(following.id(), head.hold());
  }

  /**
   * Whether it is its session's turn; it stays that then, whoever wants it at this moment. One that
   * another server holds is not ours to wake, so that its turn is let be: to keep it is a write.
   */
  boolean keepsTurn(Following following) {
    String id = following.id();
    return !isWokenElsewhere(id)
        && shared.turns().take(following.session(), id, _ -> false).equals(id);
  }

  /** A run that is not followed here was to be given its end, and could not. */
  void cannotBeDriven(String id) {
    hopeless.add(id);
  }

  /**
   * Whether an execution will not be driven any more. The run of one that was cancelled or deleted
   * has its end still to come, and is driven once more for that where nobody has it. One that
   * cannot be driven even for that, and that nobody holds, keeps nobody waiting: whoever drives it
   * ever again finds the request to end it first.
   */
  private boolean isDone(String id) {
    Optional<AgentExecution> row = shared.executions().find(id);
    if (!isOver(row) || !isCancelled(row) || !hasEndToCome(id)) {
      return isOver(row);
    }
    if (isGivenUp(id)) {
      return isHeldByNobody(id);
    }
    boolean _ = wake(id);
    return false;
  }

  /** Asks that it ends, if it has begun and does not stand at an end for good. */
  private boolean hasEndToCome(String id) {
    try {
      if (!launch.hasBegun(id)) {
        return false;
      }
      desk.cancel(id, Executions.BY);
      return true;
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E420")) {
        throw e;
      }
      return false;
    }
  }

  private boolean isGivenUp(String id) {
    return hopeless.contains(id) || shared.engine().givenUp(id).isPresent();
  }

  private boolean isHeldByNobody(String id) {
    return switch (shared.journal().hold(id)) {
      case NOBODY, LOST -> true;
      case HERE, ELSEWHERE -> false;
    };
  }

  private static boolean isOver(Optional<AgentExecution> row) {
    return row.map(one -> StatusMerge.isTerminal(one.getStatus().getPhase())).orElse(true);
  }

  private static boolean isCancelled(Optional<AgentExecution> row) {
    return row.map(one -> one.getStatus().getPhase() == ExecutionPhase.EXECUTION_CANCELLED)
        .orElse(true);
  }

  /** Begins its run unless that was done; returns false when another server is about to. */
  private boolean begun(Following following) {
    if (launch.hasBegun(following.id())) {
      return true;
    }
    try {
      launch.begin(following.state());
      return true;
    } catch (ProblemException e) {
      if (!OF_ANOTHER.contains(e.problem().code())) {
        throw e;
      }
      return false;
    }
  }

  private void start(Following following) {
    String id = following.id();
    boolean _ = readOn(following);
    if (here.find(id) != following) {
      // Its journal has an end that was not told yet.
      return;
    }
    if (!mayBeDriven(id, shared.journal().hold(id))) {
      following.launchLater();
      return;
    }
    if (following.wasPending()) {
      var _ = here.stored(following);
    }
    try {
      shared.engine().start(id, following.tenant());
    } catch (ProblemException e) {
      log.warn("execution.later", "execution", id, "code", e.problem().code());
      following.launchLater();
      return;
    }
    // Whoever has cancelled it before it was started has asked nobody to stop it.
    Optional<AgentExecution> row = shared.executions().find(id);
    if (isCancelled(row)) {
      shared.engine().cancel(id);
      here.left(following, row);
    }
  }

  /** A run that waits for somebody's word was given back; one that its server has lost was not. */
  private boolean mayBeDriven(String id, Journal.Hold hold) {
    return shared.drivers() == Drivers.WORKERS
        || switch (hold) {
          case HERE, LOST -> true;
          case NOBODY -> !here.isAsked(id);
          case ELSEWHERE -> false;
        };
  }

  boolean readOn(Following following) {
    boolean some = here.readOn(following);
    if (some) {
      grown.accept(following.id());
    }
    return some;
  }

  /**
   * Tells of a word for a run; returns whether that was heard. A word that is lost costs the time
   * until the run's workflow looks by itself.
   */
  boolean wake(String id) {
    try {
      if (isWokenElsewhere(id)) {
        return false;
      }
      shared.engine().wake(id);
      return true;
    } catch (ProblemException e) {
      log.warn("execution.not-woken", "execution", id, "code", e.problem().code());
      return false;
    }
  }

  /** Whether the server that drives a run hears of a word by itself. */
  private boolean isWokenElsewhere(String id) {
    return shared.drivers() == Drivers.SERVERS
        && shared.journal().hold(id) == Journal.Hold.ELSEWHERE;
  }

  /** What a sub-agent writes concerns the run above it. */
  private void appended(String runId) {
    String root = ChildIds.root(runId);
    if (here.find(root) != null && waiting.add(root)) {
      told.add(root);
    }
  }

  private void readTold() {
    try {
      while (closed.getCount() > 0) {
        String id = told.poll(1, TimeUnit.SECONDS);
        if (id != null) {
          waiting.remove(id);
          Following following = here.find(id);
          if (following != null) {
            guarded(id, () -> readOn(following));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      long took;
      do {
        long begin = System.nanoTime();
        guarded("", this::lookAtAll);
        took = System.nanoTime() - begin;
      } while (!closed.await(Math.max(PAUSE.toNanos(), took * SHARE), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is wrong now may be right when we look again. */
  private void guarded(String id, Runnable look) {
    try {
      if (closed.getCount() > 0) {
        look.run();
      }
    } catch (ProblemException e) {
      log.warn("elsewhere", "execution", id, "code", e.problem().code());
    } catch (RuntimeException e) {
      log.bug("look after " + id, e);
    }
  }

  /**
   * Costs a few statements in all, and more only for those in which something has changed: for
   * 10,000 runs that wait, or that other servers drive, as much as for one.
   */
  private void lookAtAll() {
    Set<String> unfinished = Unfinished.ids(shared.executions());
    unfinished.stream()
        .filter(id -> here.find(id) == null)
        .flatMap(id -> shared.executions().find(id).stream())
        .filter(row -> !isOver(Optional.of(row)))
        .forEach(here::enter);
    Map<String, Head> heads = shared.journal().heads(here.runs());
    for (Following following : here.underWayHere()) {
      guarded(
          following.id(), () -> lookAfter(following, heads, unfinished.contains(following.id())));
    }
  }

  private void lookAfter(Following following, Map<String, Head> heads, boolean isUnfinished) {
    String id = following.id();
    if (following.isDrivenHere()) {
      return;
    }
    Head head = heads.get(id);
    if (here.isBehind(following, heads) && readOn(following)) {
      return;
    }
    Optional<AgentExecution> row = isUnfinished ? Optional.empty() : shared.executions().find(id);
    if (!isUnfinished && isOver(row)) {
      here.left(following, row);
    } else if (!following.isLaunched()) {
      if (head == null || mayBeDriven(id, head.hold())) {
        here.launchInTurn(following);
      }
    } else if (isQuiet(following, head)) {
      following.lookedAt();
      Engine engine = shared.engine();
      engine.givenUp(id).ifPresent(why -> giveUp(following, why.asException()));
      if (engine.isForgotten(id)) {
        following.launchLater();
      }
    }
  }

  /** Whether the engine is to be asked about it: nobody holds it, asks anything, or has written. */
  private boolean isQuiet(Following following, @Nullable Head head) {
    return following.isQuiet()
        && !here.isAsked(following.id())
        && (head == null || head.hold() != Journal.Hold.ELSEWHERE);
  }

  /** Its end was durable before its workflow was over. */
  private void giveUp(Following following, ProblemException why) {
    if (!readOn(following) && here.find(following.id()) == following) {
      here.failed(following.id(), why);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    watch.close();
  }
}
