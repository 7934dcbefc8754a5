package ai.stigmer.server.events;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.EventCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.run.Subscriber;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/*
 * A reader is told from the tail of the run. What the tail does not reach is told from the journal, as a replay tells it:
 * at the beginning, for one who comes late or comes back, and for one who was too slow.
 */
/**
 * One reader who follows a run as the terminal that runs it would, on a virtual thread of its own.
 *
 * <p>Thread contract: thread-safe.
 */
final class RunFeed {
  private static final long QUIET_SECONDS = 15;

  /** The least time between two pieces of text, so that many are told as one. */
  private static final long BETWEEN_TEXTS = TimeUnit.MILLISECONDS.toNanos(50);

  private final RunFeedPath.Source source;
  private final String id;
  private final Frames frames;
  private final Told told;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean hasNews = true;

  /** Whether some of the news is more than text. */
  private boolean isUrgent;

  private boolean isGathering;
  private boolean isDropped;
  private boolean isClosed;
  private boolean isEnded;

  /** Used by the telling thread only, as all below. */
  private boolean hasBegun;

  /** When text is told again at the earliest, by {@link System#nanoTime}. */
  private long nextText = System.nanoTime();

  /** Sub-agents of which the tail does not have all, see {@link Retelling#late}. */
  private Map<String, String> late = Map.of();

  /** Where a reader is told. */
  interface Frames {
    /** With which model and configuration the run works; told once, before its first event. */
    void begun() throws Sink.Gone;

    /**
     * @param seq the journal entry that is told with it; 0 for none
     */
    void event(String json, long seq) throws Sink.Gone;

    void quiet() throws Sink.Gone;

    /** The execution ended without a run's end. */
    void failed(AgentExecution execution) throws Sink.Gone;

    void close();
  }

  private RunFeed(RunFeedPath.Source source, String id, Frames frames) {
    this.source = source;
    this.id = id;
    this.frames = frames;
    this.told = new Told();
  }

  /**
   * Begins to tell.
   *
   * @param after the last journal entry that the reader was told of; 0 for none
   * @throws ai.stigmer.graphton.error.ProblemException {@code E567} when there are too many readers
   */
  static RunFeed follow(RunFeedPath.Source source, String id, long after, Frames frames) {
    var feed = new RunFeed(source, id, frames);
    Consumer<AgentEvent> heard = event -> feed.heard(JoinedText.isText(event));
    Tail tail = source.tails().follow(id, heard);
    Bell.Listening bell =
        source
            .events()
            .bell()
            .listen(id, place -> source.events().entries(id, place), () -> feed.heard(false));
    AutoCloseable subscription;
    try {
      subscription = source.events().executions().subscribe(id, feed.new Ends());
    } catch (RuntimeException e) {
      source.tails().leave(id, tail, heard);
      bell.close();
      throw e;
    }
    Thread.ofVirtual()
        .name("feed-" + id)
        .start(
            () -> {
              try (bell;
                  subscription) {
                feed.tell(tail, after);
              } catch (Sink.Gone e) {
                // Its resources are let go of here.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (Exception e) {
                source.events().log().bug("feed of " + id, e);
              } finally {
                source.tails().leave(id, tail, heard);
                frames.close();
              }
            });
    return feed;
  }

  private void change(Runnable what) {
    lock.lock();
    try {
      what.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Text waits for its time; everything else, with the text before it, is told at once. */
  private void heard(boolean isText) {
    lock.lock();
    try {
      hasNews = true;
      isUrgent |= !isText;
      if (isUrgent || !isGathering) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nobody reads any more. */
  void close() {
    change(() -> isClosed = true);
  }

  /** Whether the execution is over, whatever its run says. */
  private final class Ends implements Subscriber {
    @Override
    public void send(AgentExecution now) {
      if (StatusMerge.isTerminal(now.getStatus().getPhase())) {
        change(() -> isEnded = true);
      }
    }

    @Override
    public void completed() {}

    @Override
    public void dropped() {
      change(() -> isDropped = true);
    }
  }

  /** What has come since the last look. */
  private record News(boolean hasNews, boolean isEnded, boolean isDropped, boolean isClosed) {
    boolean isNothing() {
      return !hasNews && !isEnded && !isDropped && !isClosed;
    }
  }

  private News await() throws InterruptedException {
    lock.lock();
    try {
      gather();
      long left = TimeUnit.SECONDS.toNanos(QUIET_SECONDS);
      while (!hasNews && !isEnded && !isDropped && !isClosed && left > 0) {
        left = changed.awaitNanos(left);
      }
      var news = new News(hasNews, isEnded, isDropped, isClosed);
      hasNews = false;
      isUrgent = false;
      isEnded = false;
      return news;
    } finally {
      lock.unlock();
    }
  }

  /** Lets text come together that streams on; within the lock. */
  private void gather() throws InterruptedException {
    long left = nextText - System.nanoTime();
    isGathering = true;
    while (left > 0 && !isUrgent && !isEnded && !isDropped && !isClosed) {
      left = changed.awaitNanos(left);
    }
    isGathering = false;
  }

  private void tell(Tail tail, long after) throws Sink.Gone, InterruptedException {
    long place = 0;
    if (!tail.isWholeBehind(after)) {
      // The tail tells it as the connection before did; the journal has it in another order.
      place = tail.placeAt(after);
      if (place < 0) {
        place = catchUp(tail, after);
      } else {
        told.knows(after);
      }
    }
    while (place >= 0) {
      News news = await();
      if (news.isClosed()) {
        return;
      }
      if (news.isNothing()) {
        frames.quiet();
      }
      if (tail.isEmpty() || !tail.reaches(place)) {
        // Somebody else drives it, or this reader was too slow.
        place = catchUp(tail, Math.max(after, told.newest()));
        if (place < 0) {
          return;
        }
      }
      for (Tail.Numbered numbered : JoinedText.of(tail.after(place))) {
        place = numbered.number();
        if (isLast(numbered.event())) {
          return;
        }
        if (JoinedText.isText(numbered.event())) {
          nextText = System.nanoTime() + BETWEEN_TEXTS;
        }
      }
      if (news.isDropped() || (news.isEnded() && endedWithoutRun(tail))) {
        return;
      }
    }
  }

  /** Tells an event; whether it was the last one. */
  private boolean isLast(AgentEvent event) throws Sink.Gone {
    if (event instanceof AgentEvent.RunFinished finished
        && finished.result().end() instanceof RunEnd.Yielded) {
      // The server ends; the next one goes on.
      return true;
    }
    if (event instanceof AgentEvent.Child child && late.containsKey(child.call())) {
      return false;
    }
    if (event instanceof AgentEvent.ToolFinished finished) {
      String child = late.get(finished.call().id());
      if (child != null) {
        tell(Retelling.of(id, source.events().entries(id), source.events()::entries).of(child));
      }
    }
    tell(told.next(event));
    return event instanceof AgentEvent.RunFinished;
  }

  private void tell(List<AgentEvent> events) throws Sink.Gone {
    for (AgentEvent one : events) {
      if (!hasBegun) {
        hasBegun = true;
        frames.begun();
      }
      frames.event(EventCodec.encode(one), Told.seq(one));
    }
  }

  private boolean endedWithoutRun(Tail tail) throws Sink.Gone {
    if (source.events().executions().failure(id).isEmpty()) {
      if (!tail.isEmpty()) {
        // Its run is about to end, and will say so.
        return false;
      }
      List<Recorded> entries = source.events().entries(id);
      if (!entries.isEmpty() && entries.getLast().entry() instanceof JournalEntry.RunFinished) {
        // This reader knows everything but that there is no more of it.
        return isLast(Retelling.of(id, entries, source.events()::entries).events().getLast());
      }
    }
    frames.failed(source.events().executions().get(id));
    return true;
  }

  /**
   * Tells what the journal holds behind an entry.
   *
   * @return the place in the tail from which on it goes on; -1 when the run has ended
   */
  private long catchUp(Tail tail, long after) throws Sink.Gone {
    List<Recorded> entries = source.events().entries(id);
    if (entries.size() <= 1) {
      return 0;
    }
    Retelling all = Retelling.of(id, entries, source.events()::entries);
    long newest = entries.getLast().seq();
    late = Map.of();
    // Who knows the end waits for what comes after it.
    List<AgentEvent> news =
        after >= newest ? List.of() : all.behind(Math.max(after, fork(entries)));
    for (AgentEvent event : news) {
      if (isLast(event)) {
        return -1;
      }
    }
    late = all.late();
    told.knows(newest);
    return tail.placeOf(newest);
  }

  /** What stands before a fork was told of the other run. */
  private static long fork(List<Recorded> entries) {
    long fork = 0;
    for (Recorded recorded : entries) {
      fork = recorded.entry() instanceof JournalEntry.RunForked ? recorded.seq() : fork;
    }
    return fork;
  }
}
