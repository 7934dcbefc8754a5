package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.runner.Engine;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.resource.Shelf;
import ai.stigmer.server.resource.Shelves;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Who knows what: the journal knows what happened in a run, the row of an execution that it was asked for and, at the
 * end, how it ended; what it is like in between is folded in memory and, after a restart, from the journal again. So a
 * run writes its row three times, however long it is.
 */
/**
 * Executions from their making to their end.
 *
 * <p>Thread contract: thread-safe; no method waits for a run.
 */
public final class Executions implements AutoCloseable {
  /** Who says so in the journal's inbox. */
  static final String BY = "the server";

  private static final Duration DRAIN = Duration.ofSeconds(20);

  private final Shelves shelves;
  private final NewExecutions made;
  private final Launch launch;
  private final Journal journal;
  private final SteeringDesk desk;
  private final InstantSource clock;
  private final ServerLog log;
  private final Engine engine;
  private final @Nullable Elsewhere elsewhere;
  private final Decisions decisions;
  private final Hub hub = new Hub(this::streaming);
  private final Turns turns = new Turns();
  private final Launches launches = new Launches();
  private final Map<String, Following> live = new ConcurrentHashMap<>();
  private final Failures failures = new Failures();
  private volatile boolean isAbandoned;

  public Executions(
      Shelves shelves,
      Launch launch,
      Journal journal,
      Engines engines,
      InstantSource clock,
      ServerLog log) {
    this.shelves = shelves;
    this.made = new NewExecutions(shelves, launch);
    this.launch = launch;
    this.journal = journal;
    this.clock = clock;
    this.log = log;
    this.desk = new SteeringDesk(journal);
    switch (engines) {
      case Engines.Here here -> {
        this.engine = here.open(this::event, this::failed);
        this.elsewhere = null;
      }
      case Engines.Elsewhere(Supplier<Engine> open, Engines.Fleet fleet) -> {
        this.engine = open.get();
        this.elsewhere = elsewhere(fleet, Elsewhere.Drivers.WORKERS);
      }
      case Engines.AnyServer(Engines.Here here, Engines.Fleet fleet) -> {
        this.engine = here.open(this::event, this::failed);
        this.elsewhere = elsewhere(fleet, Elsewhere.Drivers.SERVERS);
      }
    }
    this.decisions = new Decisions(journal, this::wake, e -> log.bug("look for decisions", e));
  }

  private Elsewhere elsewhere(Engines.Fleet fleet, Elsewhere.Drivers drivers) {
    return new Elsewhere(
        this,
        new Elsewhere.Shared(
            shelves.executions(), new SessionTurns(fleet.store(), clock), journal, engine, drivers),
        launch,
        fleet.grown(),
        log);
  }

  /**
   * Tells whoever drives a run that there is word for it; returns whether that can be forgotten.
   * One that waits for its turn is left alone: it hears of it when it is driven.
   */
  private boolean wake(String id) {
    Following following = live.get(id);
    return following != null
        && launch.hasBegun(id)
        && (elsewhere == null
            ? turns.isFirst(following.session(), id)
            : elsewhere.keepsTurn(following))
        && wakeNow(id);
  }

  private boolean wakeNow(String id) {
    if (elsewhere != null) {
      return elsewhere.wake(id);
    }
    engine.wake(id);
    return false;
  }

  /** Why runs are not driven now; may block. */
  public Optional<Problem> trouble() {
    return engine.trouble();
  }

  /**
   * Makes an execution, and the session for it when none is given. It is stored when this returns,
   * and runs when it is its turn.
   *
   * @throws ProblemException {@code E560} when there is no such session or agent
   */
  public AgentExecution create(AgentExecution asked) {
    AgentExecution stored = made.store(asked);
    log.info(
        "execution.created",
        "execution",
        stored.getMetadata().getId(),
        "session",
        stored.getSpec().getSessionId());
    enterInTurn(stored);
    return stored;
  }

  /** Takes up whatever has not ended and nobody drives. To be called once, at the start. */
  public void pickUp() {
    if (elsewhere != null) {
      elsewhere.start();
      return;
    }
    List<AgentExecution> unfinished = Unfinished.of(shelves.executions(), Set.of());
    unfinished.forEach(this::enter);
    if (!unfinished.isEmpty()) {
      log.info("executions.picked-up", "count", String.valueOf(unfinished.size()));
    }
  }

  /** The same, behind those of its session that other servers may have made before it. */
  private void enterInTurn(AgentExecution execution) {
    if (elsewhere == null) {
      enter(execution);
    } else {
      Unfinished.upTo(shelves.executions(), execution).forEach(this::enter);
    }
  }

  /** Follows it from now on, and launches it when it is its turn. */
  void enter(AgentExecution execution) {
    String id = execution.getMetadata().getId();
    var following = new Following(execution, journal, desk, clock);
    if (live.putIfAbsent(id, following) == null && turns.enter(following.session(), id)) {
      launch(following);
    }
  }

  /** Launches it, unless this server has launched it. */
  void launch(Following following) {
    if (following.mayBeLaunched()) {
      launches.enter(() -> launchNow(following));
    }
  }

  private void launchNow(Following following) {
    String id = following.id();
    try {
      if (following.hasEnded()) {
        ended(following);
        return;
      }
      if (elsewhere != null) {
        elsewhere.handOver(following);
        return;
      }
      if (!launch.hasBegun(id)) {
        launch.begin(following.state());
      }
      decisions.follow(id);
      engine.start(id);
    } catch (ProblemException e) {
      failed(id, e);
    } catch (RuntimeException e) {
      log.bug("launch of " + id, e);
      failed(id, Failures.bug().asException());
    }
  }

  /** Those that are under way or wait for their turn here. */
  Collection<Following> underWayHere() {
    return List.copyOf(live.values());
  }

  /** Their runs, and those of their sub-agents. */
  Set<String> runs() {
    return decisions.withChildren(live.keySet());
  }

  /** Whether its journal, or that of a sub-agent of it, has more than was read of it. */
  boolean isBehind(Following following, Map<String, Journal.Head> heads) {
    return following.isBehind(heads) || decisions.isBehind(following.id(), heads);
  }

  @Nullable Following find(String id) {
    return live.get(id);
  }

  /** Launches it if it is its turn, unless this server has launched it. */
  void launchInTurn(Following following) {
    if (turns.isFirst(following.session(), following.id())) {
      launch(following);
    }
  }

  /** Takes over what others have appended to its journal; returns whether there was something. */
  boolean readOn(Following following) {
    List<Recorded> news = isAbandoned ? List.of() : following.readOn();
    news.forEach(one -> decisions.saw(following.id(), one.entry()));
    decisions.readChildren(following.id());
    if (news.isEmpty()) {
      return false;
    }
    if (following.isOver()) {
      ended(following);
    } else {
      hub.publish(following.id(), following::state);
    }
    return true;
  }

  /** Whether the run of an execution waits for somebody's word. */
  public boolean isAsked(String id) {
    return decisions.isAsked(id);
  }

  /** The runs that ask somebody, as far as is known here; those of sub-agents among them. */
  public Set<String> asking() {
    return decisions.asking();
  }

  /** Another server has written its end, or removed it. */
  void left(Following following, Optional<AgentExecution> last) {
    leave(following);
    last.ifPresent(hub::publish);
  }

  /** On the thread of the run. */
  private void event(String id, AgentEvent event) {
    Following following = live.get(id);
    if (following == null || isAbandoned) {
      return;
    }
    try {
      decisions.saw(id, event);
      if (elsewhere != null && Following.isLetGoOf(event)) {
        following.letGo();
        return;
      }
      switch (following.add(event)) {
        case NOTHING -> {}
        case STREAMED -> hub.touch(id);
        case DURABLE -> durable(following, event);
      }
    } catch (RuntimeException e) {
      log.bug("event of " + id, e);
    }
  }

  private void durable(Following following, AgentEvent event) {
    if (event instanceof AgentEvent.RunFinished) {
      ended(following);
    } else if (event instanceof AgentEvent.RunStarted) {
      var _ = published(following);
    } else {
      hub.publish(following.id(), following::state);
    }
  }

  /** Writes the row, so that whoever sees the state finds it stored. */
  AgentExecution stored(Following following) {
    return shelves.executions().change(following.id(), before -> over(before, following));
  }

  private AgentExecution published(Following following) {
    AgentExecution row = stored(following);
    hub.publish(following.id(), () -> over(row, following));
    return row;
  }

  /** What one server of a fleet has written about an end stands, until somebody resumes it. */
  private AgentExecution over(AgentExecution before, Following following) {
    return elsewhere != null
            && (StatusMerge.isTerminal(before.getStatus().getPhase())
                || (following.isPassed() && !following.isDecided()))
        ? before
        : before.toBuilder().setStatus(following.status(before)).build();
  }

  private void ended(Following following) {
    AgentExecution last;
    try {
      last = stored(following);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E560")) {
        throw e;
      }
      // It was deleted meanwhile; what stands behind it in its session goes on.
      left(following, Optional.empty());
      return;
    }
    leave(following);
    if (!StatusMerge.isTerminal(last.getStatus().getPhase())) {
      // Somebody has it go on behind this end.
      enterInTurn(last);
      return;
    }
    hub.publish(last);
    log.info(
        "execution.ended",
        "execution",
        following.id(),
        "phase",
        last.getStatus().getPhase().name());
  }

  private void leave(Following following) {
    live.remove(following.id());
    following.gone();
    decisions.forget(following.id());
    turns.leave(following.session(), following.id()).map(live::get).ifPresent(this::launch);
  }

  /** Never throws: whoever drives the run, or was to begin it, has nobody to tell. */
  void failed(String id, ProblemException e) {
    Following following = live.get(id);
    if (following == null && elsewhere != null && !Following.passes(e.problem())) {
      elsewhere.cannotBeDriven(id);
    }
    if (following == null || isAbandoned) {
      return;
    }
    try {
      fail(following, e);
    } catch (ProblemException store) {
      // Its row cannot be written now: whoever looks at it again finds it as it was.
      log.warn("execution.later", "execution", id, "code", store.problem().code());
      following.letGo();
    } catch (RuntimeException bug) {
      log.bug("failure of " + id, bug);
      following.letGo();
    }
  }

  private void fail(Following following, ProblemException e) {
    String id = following.id();
    Problem problem = Failures.tellable(e.problem(), () -> launch.redactor(following.state()));
    if (elsewhere != null && Following.passes(problem)) {
      // Another server drives it, or the database is away: it is looked at again.
      log.warn("execution.later", "execution", id, "code", problem.code());
      following.letGo();
      return;
    }
    if (problem.code().equals("E502") || problem.code().equals("E505")) {
      // Another process drives it, and will write how it ends.
      log.warn("execution.elsewhere", "execution", id);
      leave(following);
      return;
    }
    if (problem.category() == Problem.Category.INTERNAL) {
      log.bug("run " + id, e);
      problem = Failures.bug();
    }
    failures.keep(id, problem);
    following.fail(Failures.words(problem));
    ended(following);
  }

  /** Why an execution could not be driven on; empty when it could, or that is long ago. */
  public Optional<Problem> failure(String id) {
    return failures.find(id);
  }

  /**
   * Goes on with an execution that has ended, as far as its run can go on; one that is under way is
   * only looked at again.
   *
   * @throws ProblemException {@code E560} when there is no such execution
   */
  public AgentExecution resume(String id) {
    AgentExecution now = get(id);
    Following known = live.get(id);
    if (known != null) {
      // Its end may not be known here yet, or not be written down.
      boolean _ = elsewhere != null && readOn(known);
      known.awaitGone();
    }
    if (live.containsKey(id)) {
      boolean _ = wake(id);
      return now;
    }
    failures.forget(id);
    if (launch.hasBegun(id)) {
      desk.resume(id, BY);
    }
    AgentExecution again = shelves.executions().change(id, Following::resumed);
    log.info("execution.resumed", "execution", id);
    enterInTurn(again);
    return again;
  }

  /** The execution as it is now. */
  public AgentExecution get(String id) {
    AgentExecution stored = shelves.executions().get(id);
    return present(stored);
  }

  /** One page of a list, each as it is now. */
  public Shelf.Listed<AgentExecution> list(Set<String> labels, int size, String token) {
    Shelf.Listed<AgentExecution> page = shelves.executions().list(labels, size, token);
    return new Shelf.Listed<>(
        page.entries().stream().map(this::present).toList(), page.pages(), page.total());
  }

  private AgentExecution present(AgentExecution read) {
    String id = read.getMetadata().getId();
    // Its end is written before nobody follows it any more, and may be newer than what was read.
    boolean isNewest = live.containsKey(id) || StatusMerge.isTerminal(read.getStatus().getPhase());
    AgentExecution stored = isNewest ? read : shelves.executions().find(id).orElse(read);
    Following following = following(stored);
    return following == null ? stored : over(stored, following);
  }

  /** Null when it has ended; an execution of another server is followed from here on. */
  private @Nullable Following following(AgentExecution stored) {
    String id = stored.getMetadata().getId();
    Following known = live.get(id);
    Elsewhere others = elsewhere;
    if (known != null || others == null || StatusMerge.isTerminal(stored.getStatus().getPhase())) {
      return known;
    }
    enterInTurn(stored);
    Following entered = live.get(id);
    if (entered != null) {
      boolean _ = others.readOn(entered);
    }
    return entered;
  }

  /**
   * Takes a report of somebody else by the contract's rule. A phase that ends the execution ends
   * its run here, too.
   */
  public AgentExecution report(String id, AgentExecutionStatus report) {
    Following following = following(shelves.executions().get(id));
    if (following == null) {
      AgentExecution changed =
          shelves
              .executions()
              .change(
                  id,
                  before ->
                      before.toBuilder()
                          .setStatus(StatusMerge.of(before.getStatus(), report))
                          .build());
      hub.publish(changed);
      return changed;
    }
    following.merge(report);
    AgentExecution changed = published(following);
    if (StatusMerge.isTerminal(report.getPhase())) {
      endRun(id);
    }
    return changed;
  }

  /** Whoever drives the run ends it, or the next one to do so; one that waits is gone on with. */
  void endRun(String id) {
    try {
      desk.cancel(id, BY);
      if (desk.isToGoOn(id)) {
        // Nobody drives it yet. With an end of its own it can be resumed behind that again.
        boolean _ = wakeNow(id);
      }
    } catch (ProblemException e) {
      // Its run has not begun, or has ended.
      log.info("execution.no-run", "execution", id, "code", e.problem().code());
    }
    engine.cancel(id);
  }

  /** Replaces names and labels; what was asked for never changes. */
  public AgentExecution update(AgentExecution given) {
    String id = given.getMetadata().getId();
    AgentExecution stored = shelves.executions().get(id);
    return present(
        shelves.executions().update(given.toBuilder().setSpec(stored.getSpec()).build()));
  }

  /** Removes an execution; its run is cancelled first. */
  public AgentExecution delete(String id) {
    AgentExecution last = get(id);
    if (!StatusMerge.isTerminal(last.getStatus().getPhase())) {
      last =
          report(
              id,
              AgentExecutionStatus.newBuilder()
                  .setPhase(ExecutionPhase.EXECUTION_CANCELLED)
                  .build());
    }
    String context = Ingredients.contextId(id);
    var _ = shelves.contexts().find(context).map(_ -> shelves.contexts().delete(context));
    var _ = shelves.executions().delete(id);
    return last;
  }

  /**
   * Follows an execution to its end, beginning with its state of now.
   *
   * @throws ProblemException {@code E560} when there is none, {@code E567} when too many do
   */
  public Subscription subscribe(String id, Subscriber subscriber) {
    return hub.add(id, subscriber, () -> get(id));
  }

  private @Nullable AgentExecution streaming(String id) {
    Following following = live.get(id);
    return following == null ? null : following.state();
  }

  /** Whether this server has let go of its runs; they go on when it is started again. */
  public boolean isClosed() {
    return isAbandoned;
  }

  /** How many subscribers there are. */
  public int subscribers() {
    return hub.count();
  }

  /** How many states their readers were too slow for; each was given a newer one. */
  public long skippedStates() {
    return hub.skipped();
  }

  /** How many executions wait to begin, or to be gone on with, because others do so. */
  public int waitingToBegin() {
    return launches.waiting();
  }

  /** How many executions are under way or wait for their turn. */
  public int underWay() {
    return live.size();
  }

  /**
   * Lets runs stop between two steps, for a while; what is longer in one step is left as a killed
   * process leaves it. Either way runs go on when a server is started again.
   */
  @Override
  public void close() {
    if (isAbandoned) {
      return;
    }
    launches.close();
    decisions.close();
    if (elsewhere != null) {
      elsewhere.close();
    }
    Thread letting = Thread.ofVirtual().name("drain").start(engine::close);
    try {
      if (!letting.join(DRAIN)) {
        log.warn("executions.abandoned", "count", String.valueOf(live.size()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    isAbandoned = true;
    hub.close();
  }
}
