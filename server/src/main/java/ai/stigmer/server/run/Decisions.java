package ai.stigmer.server.run;

import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.SteeringDesk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Wakes runs that wait for somebody's word when there is one, or when they are to end: at once when
 * it was left through this process, and within half a second when through another.
 *
 * <p>Thread: a virtual one of its own, until it is closed.
 */
final class Decisions implements AutoCloseable {
  private static final long MILLIS = 500;
  private static final int SHARE = 10;

  private final Journal journal;
  private final SteeringDesk desk;
  private final Predicate<String> wake;
  private final Consumer<RuntimeException> trouble;
  private final Map<String, Set<Place>> asked = new ConcurrentHashMap<>();

  /** By execution: how much was read of each of its sub-agents that have not ended. */
  private final Map<String, Map<String, Long>> children = new ConcurrentHashMap<>();

  /** Those that stand at an end: what they asked they ask again once they are gone on with. */
  private final Set<String> ended = ConcurrentHashMap.newKeySet();

  private final Semaphore signal = new Semaphore(0);
  private final Registration watch;
  private volatile boolean closed;

  /**
   * @param wake gets the id of a run that may go on; it says whether that needs no repeating
   * @param trouble is told what kept us from looking; we look again
   */
  Decisions(Journal journal, Predicate<String> wake, Consumer<RuntimeException> trouble) {
    this.journal = journal;
    this.desk = new SteeringDesk(journal);
    this.wake = wake;
    this.trouble = trouble;
    this.watch = journal.inbox().watch(signal::release);
    Thread.ofVirtual().name("decisions").start(this::look);
  }

  /**
   * Where a word would stand.
   *
   * @param runId the execution's run, or that of a sub-agent of it
   * @param cancelTopic where a request to end the execution's run would stand
   */
  private record Place(String runId, String approval, String topic, String cancelTopic) {}

  /** Follows a run, and its sub-agents, that may have begun to wait in another process. */
  void follow(String id) {
    follow(id, id);
  }

  private void follow(String id, String runId) {
    for (Recorded recorded : journal.read(runId)) {
      if (recorded.entry() instanceof JournalEntry.ChildStarted child) {
        followChild(id, child.childRunId());
      } else {
        saw(id, runId, recorded.entry());
      }
    }
  }

  /** One that its parent's process did not come to create asks nothing yet. */
  private void followChild(String id, String child) {
    try {
      follow(id, child);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
    }
  }

  /** Something was appended to an execution's own run; sub-agents are read by themselves. */
  void saw(String id, JournalEntry entry) {
    saw(id, id, entry);
  }

  private void saw(String id, String runId, JournalEntry entry) {
    switch (entry) {
      case JournalEntry.RunFinished _ when id.equals(runId) -> ended.add(id);
      case JournalEntry.RunResumed _ when id.equals(runId) -> ended.remove(id);
      case JournalEntry.ApprovalRequested requested -> ask(id, runId, requested.request());
      case JournalEntry.ApprovalDecided decided -> decided(id, runId, decided.approval());
      case JournalEntry.ChildStarted child ->
          children
              .computeIfAbsent(id, key -> new ConcurrentHashMap<>())
              .putIfAbsent(child.childRunId(), 0L);
      case JournalEntry.ChildFinished child ->
          children.getOrDefault(id, new ConcurrentHashMap<>()).remove(child.childRunId());
      default -> {}
    }
  }

  /** Executions and their sub-agents that have not ended, as far as their beginnings were seen. */
  Set<String> withChildren(Set<String> ids) {
    return ids.stream()
        .flatMap(
            id ->
                Stream.concat(Stream.of(id), children.getOrDefault(id, Map.of()).keySet().stream()))
        .collect(Collectors.toSet());
  }

  /** Whether a sub-agent of an execution has come further than was read. */
  boolean isBehind(String id, Map<String, Journal.Head> heads) {
    return children.getOrDefault(id, Map.of()).entrySet().stream()
        .anyMatch(
            child ->
                heads.containsKey(child.getKey())
                    && heads.get(child.getKey()).entries() > child.getValue());
  }

  /** Reads on in the sub-agents of an execution, as far as their beginnings were seen. */
  void readChildren(String id) {
    Map<String, Long> known = children.get(id);
    if (known == null) {
      return;
    }
    // Not within the map's own lock: what is read may put further sub-agents into it.
    synchronized (known) {
      for (String child : List.copyOf(known.keySet())) {
        Long seen = known.get(child);
        if (seen != null) {
          known.replace(child, seen, seen + readChild(id, child, seen));
        }
      }
    }
  }

  private int readChild(String id, String child, long seen) {
    List<Recorded> news;
    try {
      news = journal.read(child, seen);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E501")) {
        throw e;
      }
      return 0;
    }
    news.forEach(one -> saw(id, child, one.entry()));
    return news.size();
  }

  /** Something happened in an execution's run, or in one of its sub-agents. */
  void saw(String id, AgentEvent event) {
    saw(id, id, event);
  }

  private void saw(String id, String runId, AgentEvent event) {
    switch (event) {
      case AgentEvent.RunStarted _ when id.equals(runId) -> ended.remove(id);
      case AgentEvent.ApprovalRequested requested -> ask(id, runId, requested.request());
      case AgentEvent.ApprovalDecided decided -> decided(id, runId, decided.request().id());
      case AgentEvent.Child child -> saw(id, child.runId(), child.event());
      default -> {}
    }
  }

  private void ask(String id, String runId, ApprovalRequest request) {
    var place =
        new Place(
            runId,
            request.id(),
            Post.Decision.topic(request.id(), request.hash()),
            desk.cancelTopic(id));
    asked.compute(
        id,
        (key, known) -> {
          Set<Place> places = known == null ? ConcurrentHashMap.newKeySet() : known;
          places.add(place);
          return places;
        });
  }

  private void decided(String id, String runId, String approval) {
    asked.computeIfPresent(
        id,
        (key, places) -> {
          places.removeIf(
              place -> place.runId().equals(runId) && place.approval().equals(approval));
          return places.isEmpty() ? null : places;
        });
  }

  /** Whether a run waits for somebody's word. */
  boolean isAsked(String id) {
    return asked.containsKey(id) && !ended.contains(id);
  }

  /** The runs that wait for somebody's word. */
  Set<String> asking() {
    return asked.entrySet().stream()
        .filter(one -> !ended.contains(one.getKey()))
        .flatMap(one -> one.getValue().stream())
        .map(Place::runId)
        .collect(Collectors.toSet());
  }

  void forget(String id) {
    asked.remove(id);
    children.remove(id);
    ended.remove(id);
  }

  private void look() {
    try {
      long took = 0;
      while (!closed) {
        // However many wait, looking takes at most a tenth of the time.
        boolean _ = signal.tryAcquire(Math.max(MILLIS, took * SHARE), TimeUnit.MILLISECONDS);
        signal.drainPermits();
        long begin = System.nanoTime();
        lookAtAll();
        took = (System.nanoTime() - begin) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look at the inbox, however many wait. */
  private void lookAtAll() {
    try {
      Set<Inbox.Place> posted =
          journal
              .inbox()
              .posted(
                  asked.entrySet().stream()
                      .flatMap(
                          one ->
                              one.getValue().stream().flatMap(place -> words(one.getKey(), place)))
                      .collect(Collectors.toSet()));
      if (!posted.isEmpty()) {
        asked.forEach(
            (id, places) -> {
              if (!ended.contains(id)) {
                look(id, places, posted);
              }
            });
      }
    } catch (RuntimeException e) {
      trouble.accept(e);
    }
  }

  /** What concerns a place: word for it, and a request to end the execution's run. */
  private static Stream<Inbox.Place> words(String id, Place place) {
    return Stream.of(
        new Inbox.Place(place.runId(), place.topic()), new Inbox.Place(id, place.cancelTopic()));
  }

  /** What is wrong with one run, or now, is not to keep others waiting, or later. */
  private void look(String id, Set<Place> places, Set<Inbox.Place> posted) {
    try {
      List<Place> answered =
          places.stream().filter(place -> words(id, place).anyMatch(posted::contains)).toList();
      if (!answered.isEmpty() && wake.test(id)) {
        answered.forEach(place -> decided(id, place.runId(), place.approval()));
      }
    } catch (RuntimeException e) {
      trouble.accept(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
    signal.release();
  }
}
