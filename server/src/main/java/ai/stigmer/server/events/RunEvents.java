package ai.stigmer.server.events;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.MessageType;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.run.Executions;
import ai.stigmer.server.run.Subscriber;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * Nothing queues up for a slow reader: what is durable it reads from the journal when it comes to it, and of what
 * streams only the state of now is kept. So it costs the run nothing, and its own memory is one state.
 */
/**
 * One reader of an execution's events, on a virtual thread of its own.
 *
 * <p>Thread contract: thread-safe.
 */
public final class RunEvents {
  /** Longer texts are told when their turn is there. */
  private static final int LONGEST_STREAMING = 60_000;

  private final Source source;
  private final String id;
  private final Sink sink;
  private final AgUi fold;
  private final Duration quiet;
  private long told;
  private long read;

  private final Object lock = new Object();
  private boolean isRung = true;
  private boolean isDropped;
  private boolean isClosed;
  private @Nullable AgentExecution state;

  /**
   * Where events come from.
   *
   * @param journal what is durable
   * @param bell says that it has grown
   */
  public record Source(Executions executions, Journal journal, Bell bell, ServerLog log) {

    /** The entries of an execution's run so far; none when it has not begun. */
    public List<Recorded> entries(String id) {
      return entries(id, 0);
    }

    /** The same behind a sequence number. */
    List<Recorded> entries(String id, long after) {
      try {
        return journal.read(id, after);
      } catch (ProblemException e) {
        if (e.problem().code().equals("E501")) {
          return List.of();
        }
        throw e;
      }
    }
  }

  private RunEvents(
      Source source, AgentExecution execution, long after, Duration quiet, Sink sink) {
    this.source = source;
    this.id = execution.getMetadata().getId();
    this.fold = new AgUi(execution.getSpec().getSessionId(), id);
    this.told = after;
    this.quiet = quiet;
    this.sink = sink;
  }

  /**
   * Begins to tell.
   *
   * @param after the last entry that the reader knows; 0 for none
   * @param quiet after how long without an event the sink is told so
   * @throws ProblemException {@code E567} when there are too many readers
   */
  public static RunEvents follow(
      Source source, AgentExecution execution, long after, Duration quiet, Sink sink) {
    var events = new RunEvents(source, execution, after, quiet, sink);
    Bell.Listening listening =
        source.bell().listen(events.id, place -> source.entries(events.id, place), events::ring);
    AutoCloseable subscription;
    try {
      subscription = source.executions().subscribe(events.id, events.new States());
    } catch (RuntimeException e) {
      listening.close();
      throw e;
    }
    Thread.ofVirtual()
        .name("events-" + events.id)
        .start(() -> events.tell(listening, subscription));
    return events;
  }

  /** Nobody reads any more. */
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
  }

  private void ring() {
    synchronized (lock) {
      isRung = true;
      lock.notifyAll();
    }
  }

  /** Keeps the newest state. */
  private final class States implements Subscriber {
    @Override
    public void send(AgentExecution now) {
      synchronized (lock) {
        state = now;
        lock.notifyAll();
      }
    }

    @Override
    public void completed() {}

    @Override
    public void dropped() {
      synchronized (lock) {
        isDropped = true;
        lock.notifyAll();
      }
    }
  }

  private void tell(Bell.Listening listening, AutoCloseable subscription) {
    try (listening;
        subscription) {
      while (step(listening, await())) {}
    } catch (Sink.Gone e) {
      // Its resources are let go of above.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      source.log().bug("events of " + id, e);
      sink.broken();
    }
  }

  /** What has come since the last look. */
  private record News(
      boolean isRung, boolean isDropped, boolean isClosed, @Nullable AgentExecution state) {}

  /** Waking up too early costs a comment on the stream, no more. */
  @SuppressWarnings("WaitNotInLoop")
  private News await() throws InterruptedException {
    synchronized (lock) {
      if (!isRung && state == null && !isDropped && !isClosed) {
        lock.wait(quiet.toMillis());
      }
      var news = new News(isRung, isDropped, isClosed, state);
      isRung = false;
      state = null;
      return news;
    }
  }

  /** Whether there is more to come. */
  private boolean step(Bell.Listening listening, News news) throws Sink.Gone {
    AgentExecution now = news.state();
    if (news.isClosed()) {
      return false;
    }
    if (now == null && !news.isRung()) {
      if (news.isDropped()) {
        sink.broken();
        return false;
      }
      sink.quiet();
      return true;
    }
    boolean isEnded = now != null && StatusMerge.isTerminal(now.getStatus().getPhase());
    if (isEnded) {
      readOn(listening.allBehind(read));
    } else if (news.isRung()) {
      readOn(listening.behind(read));
    }
    if (now != null && isEnded) {
      if (!fold.isOver()) {
        send(fold.endedOutside(now.getStatus().getPhase().name(), now.getStatus().getError()), 0);
      }
      sink.ended();
      return false;
    }
    if (now != null) {
      stream(now);
    }
    return true;
  }

  /** The entries behind the last one that was read. */
  private void readOn(List<Recorded> entries) throws Sink.Gone {
    for (Recorded recorded : entries.subList(begin(entries), entries.size())) {
      List<ObjectNode> events = fold.entry(recorded);
      read = recorded.seq();
      if (recorded.seq() > told) {
        send(events, recorded.seq());
      }
    }
  }

  /** What stands before a fork is another execution's, and was told there. */
  private int begin(List<Recorded> entries) {
    for (int i = entries.size() - 1; read == 0 && i >= 0; i--) {
      if (entries.get(i).entry() instanceof JournalEntry.RunForked) {
        return i;
      }
    }
    return 0;
  }

  /**
   * The last of them stands for the whole entry, so that a reader who misses one gets all again.
   */
  private void send(List<ObjectNode> events, long seq) throws Sink.Gone {
    for (int i = 0; i < events.size(); i++) {
      sink.event(events.get(i), i == events.size() - 1 ? seq : 0);
    }
  }

  /** The text of the turn that the journal does not hold yet. */
  private void stream(AgentExecution now) throws Sink.Gone {
    if (now.getStatus().getMessagesCount() == 0) {
      return;
    }
    AgentMessage last = now.getStatus().getMessagesList().getLast();
    long answers =
        now.getStatus().getMessagesList().stream()
            .filter(message -> message.getType() == MessageType.MESSAGE_AI)
            .count();
    if (last.getType() == MessageType.MESSAGE_AI
        && answers == fold.turns() + 1L
        && last.getContent().length() < LONGEST_STREAMING) {
      send(fold.streaming(last.getContent()), 0);
    }
  }
}
