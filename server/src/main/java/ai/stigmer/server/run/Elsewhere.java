package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
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

  private final Shelf<AgentExecution> executions;
  private final Engine engine;
  private final Executions here;
  private final Launch launch;
  private final Consumer<String> grown;
  private final ServerLog log;
  private final Registration watch;
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param here what this server follows
   * @param grown is told the id of a run whose journal has grown
   */
  Elsewhere(
      Executions here,
      Shelf<AgentExecution> executions,
      Launch launch,
      Journal journal,
      Engine engine,
      Consumer<String> grown,
      ServerLog log) {
    this.here = here;
    this.executions = requireNonNull(executions, "executions is null");
    this.launch = launch;
    this.engine = requireNonNull(engine, "engine is null");
    this.grown = grown;
    this.log = log;
    this.watch = journal.watch(this::appended);
  }

  void start() {
    Thread.ofVirtual().name("elsewhere-told").start(this::readTold);
    Thread.ofVirtual().name("elsewhere-look").start(this::look);
  }

  /** Begins its run and starts it; what another server is about is looked at again later. */
  void handOver(Following following) {
    String id = following.id();
    if (!launch.hasBegun(id)) {
      try {
        launch.begin(following.state());
      } catch (ProblemException e) {
        if (!OF_ANOTHER.contains(e.problem().code())) {
          throw e;
        }
        following.launchLater();
        return;
      }
    }
    boolean _ = readOn(following);
    if (here.find(id) == null) {
      // Its journal has an end that was not told yet.
      return;
    }
    if (following.wasPending()) {
      var _ = here.stored(following);
    }
    try {
      engine.start(id, following.tenant());
    } catch (ProblemException e) {
      log.warn("execution.later", "execution", id, "code", e.problem().code());
      following.launchLater();
    }
  }

  boolean readOn(Following following) {
    boolean some = here.readOn(following);
    if (some) {
      grown.accept(following.id());
    }
    return some;
  }

  /** A word that is lost costs the time until the run's workflow looks by itself. */
  void wake(String id) {
    try {
      engine.wake(id);
      here.forgetQuestion(id);
    } catch (ProblemException e) {
      log.warn("execution.not-woken", "execution", id, "code", e.problem().code());
    }
  }

  private void appended(String runId) {
    if (here.find(runId) != null && waiting.add(runId)) {
      told.add(runId);
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
        guarded("", () -> Unfinished.of(executions, Set.of()).forEach(here::enter));
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
    if (readOn(following) || !following.isQuiet()) {
      return;
    }
    Optional<AgentExecution> row = executions.find(following.id());
    if (row.isEmpty() || StatusMerge.isTerminal(row.get().getStatus().getPhase())) {
      here.left(following, row);
    } else if (following.isLaunched() && !here.isAsking(following.id())) {
      engine.givenUp(following.id()).ifPresent(why -> giveUp(following, why.asException()));
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
