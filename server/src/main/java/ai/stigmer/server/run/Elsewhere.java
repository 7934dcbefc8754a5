package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.Engine;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.resource.Shelf;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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

  private final Common common;
  private final SteeringDesk desk;
  private final Executions here;
  private final Launch launch;
  private final Consumer<String> grown;
  private final ServerLog log;
  private final Registration watch;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Who drives the runs. */
  enum Drivers {
    /** Each has all that it is asked for, and settles with the others who takes it. */
    WORKERS,
    /** This server and those like it, each what no other one drives. */
    SERVERS
  }

  /** What this server has in common with the others, and how it has runs driven. */
  record Common(
      Shelf<AgentExecution> executions,
      SessionTurns turns,
      Journal journal,
      Engine engine,
      Drivers drivers) {
    Common {
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
  Elsewhere(Executions here, Common common, Launch launch, Consumer<String> grown, ServerLog log) {
    this.here = here;
    this.common = common;
    this.desk = new SteeringDesk(common.journal());
    this.launch = launch;
    this.grown = grown;
    this.log = log;
    this.watch = common.journal().watch(this::appended);
  }

  Drivers drivers() {
    return common.drivers();
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
    Optional<AgentExecution> row = common.executions().find(id);
    if (isOver(row)) {
      here.left(following, row);
    } else if (!common.turns().take(following.session(), id, this::isDone) || !begun(following)) {
      following.launchLater();
    } else {
      start(following);
    }
  }

  /**
   * Whether an execution will not be driven any more. The run of one that was cancelled has its end
   * still to come, and is driven once more for that where nobody has it.
   */
  private boolean isDone(String id) {
    Optional<AgentExecution> row = common.executions().find(id);
    boolean isCancelled =
        row.map(one -> one.getStatus().getPhase() == ExecutionPhase.EXECUTION_CANCELLED)
            .orElse(true);
    if (!isOver(row) || !isCancelled || !launch.hasBegun(id) || desk.end(id).isPresent()) {
      return isOver(row);
    }
    desk.cancel(id, Executions.BY);
    boolean _ = wake(id);
    return false;
  }

  private static boolean isOver(Optional<AgentExecution> row) {
    return row.map(one -> StatusMerge.isTerminal(one.getStatus().getPhase())).orElse(true);
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
    if (!mayBeDriven(id)) {
      following.launchLater();
      return;
    }
    if (following.wasPending()) {
      var _ = here.stored(following);
    }
    try {
      common.engine().start(id, following.tenant());
    } catch (ProblemException e) {
      log.warn("execution.later", "execution", id, "code", e.problem().code());
      following.launchLater();
      return;
    }
    // Whoever has cancelled it before it was started has asked nobody to stop it.
    Optional<AgentExecution> row = common.executions().find(id);
    if (isOver(row)) {
      common.engine().cancel(id);
      here.left(following, row);
    }
  }

  /** A run that waits for somebody's word was given back; one that its server has lost was not. */
  private boolean mayBeDriven(String id) {
    return common.drivers() == Drivers.WORKERS
        || switch (common.journal().hold(id)) {
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
      if (common.drivers() == Drivers.SERVERS && isHeldElsewhere(id)) {
        return false;
      }
      common.engine().wake(id);
      return true;
    } catch (ProblemException e) {
      log.warn("execution.not-woken", "execution", id, "code", e.problem().code());
      return false;
    }
  }

  private boolean isHeldElsewhere(String id) {
    return common.journal().hold(id) == Journal.Hold.ELSEWHERE;
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
        guarded("", () -> Unfinished.of(common.executions(), Set.of()).forEach(here::enter));
        here.underWayHere()
            .forEach(following -> guarded(following.id(), () -> lookAfter(following)));
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

  private void lookAfter(Following following) {
    here.launchInTurn(following);
    if (following.isDrivenHere() || readOn(following) || !following.isQuiet()) {
      return;
    }
    following.lookedAt();
    Optional<AgentExecution> row = common.executions().find(following.id());
    if (isOver(row)) {
      here.left(following, row);
    } else if (following.isLaunched() && !here.isAsked(following.id())) {
      Engine engine = common.engine();
      engine.givenUp(following.id()).ifPresent(why -> giveUp(following, why.asException()));
      if (engine.isForgotten(following.id())) {
        following.launchLater();
      }
    }
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
