package ai.stigmer.cli.remote;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.EventCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run of a server to its end. A connection that breaks, or says nothing for too long, is
 * made again from the last journal entry on that was told, for two minutes.
 *
 * <p>Thread contract: one thread follows; {@link #leave} may come from another.
 */
public final class RemoteFeed {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration BETWEEN = Duration.ofMillis(500);

  private final RemoteServer server;
  private final String id;
  private final Listener listener;
  private final Consumer<String> lost;
  private final Patience patience;
  private final SinceEntry since = new SinceEntry();
  private final Object lock = new Object();
  private @Nullable FeedReader reader;
  private boolean isLeft;
  private boolean hasBegun;
  private boolean hasStarted;
  private long told;

  /** Who is told. */
  public interface Listener {
    /** With what the run works; once, before its first event. */
    void begun(JsonNode begun);

    void event(AgentEvent event);
  }

  /**
   * How long is waited.
   *
   * @param silence for a byte; a server says something every 15 s, if only that nothing happens
   * @param away for a server that cannot be reached
   */
  record Patience(Duration silence, Duration away) {
    static final Patience DEFAULT = new Patience(Duration.ofSeconds(45), Duration.ofMinutes(2));
  }

  /** How following ended. */
  public sealed interface Outcome {
    /** The run ended, or cannot go on for now. */
    record Ended(RunEnd end) implements Outcome {}

    /** The execution ended without a run's end. */
    record Failed(Problem problem) implements Outcome {}

    /** Nobody follows any more; the run goes on. */
    record Left() implements Outcome {}
  }

  /**
   * @param lost is told that the connection broke, and that it is there again
   */
  public RemoteFeed(RemoteServer server, String id, Listener listener, Consumer<String> lost) {
    this(server, id, listener, lost, Patience.DEFAULT);
  }

  RemoteFeed(
      RemoteServer server, String id, Listener listener, Consumer<String> lost, Patience patience) {
    this.patience = patience;
    this.server = requireNonNull(server, "server is null");
    this.id = requireNonNull(id, "id is null");
    this.listener = requireNonNull(listener, "listener is null");
    this.lost = requireNonNull(lost, "lost is null");
  }

  /**
   * Follows, and blocks until that ends.
   *
   * @param after the last journal entry that is known; 0 for none
   * @throws ProblemException {@code E580} when the server stays away
   */
  public Outcome follow(long after) {
    told = after;
    long away = 0;
    while (true) {
      IOException broken;
      try (FeedReader opened = open()) {
        if (away != 0) {
          lost.accept("the server is there again");
          since.again();
        }
        away = 0;
        Optional<Outcome> outcome = read(opened);
        if (outcome.isPresent()) {
          return outcome.get();
        }
        broken = opened.broken();
      } catch (IOException e) {
        broken = e;
      }
      if (isLeft()) {
        return new Outcome.Left();
      }
      if (away == 0) {
        away = System.nanoTime();
        lost.accept("the connection to " + server.endpoint() + " broke; trying again");
      } else if (System.nanoTime() - away > patience.away().toNanos()) {
        throw server.unreachable(broken);
      }
      pause();
    }
  }

  private FeedReader open() throws IOException {
    FeedReader opened =
        new FeedReader(
            server.stream("/api/executions/" + id + "/feed", told, patience.silence()),
            patience.silence());
    synchronized (lock) {
      reader = opened;
      if (isLeft) {
        opened.close();
      }
    }
    return opened;
  }

  private Optional<Outcome> read(FeedReader opened) throws IOException {
    for (Optional<FeedReader.Frame> next = opened.next(); next.isPresent(); next = opened.next()) {
      FeedReader.Frame frame = next.get();
      switch (frame.name()) {
        case "begun" -> begun(frame.data());
        case "failed" -> {
          return Optional.of(new Outcome.Failed(EventCodec.decodeProblem(frame.data())));
        }
        case "" -> {
          for (AgentEvent event : since.next(EventCodec.decode(frame.data()), frame.id() > 0)) {
            Optional<RunEnd> end = event(event);
            if (end.isPresent()) {
              return Optional.of(new Outcome.Ended(end.get()));
            }
          }
          told = Math.max(told, frame.id());
        }
        default -> {
          // A newer server may tell more.
        }
      }
    }
    return Optional.empty();
  }

  private void begun(String json) {
    if (hasBegun) {
      return;
    }
    hasBegun = true;
    try {
      listener.begun(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the server sends JSON", e);
    }
  }

  /** A run begins once, however often its server is started. */
  private Optional<RunEnd> event(AgentEvent event) {
    boolean isAgain = event instanceof AgentEvent.RunStarted && hasStarted;
    hasStarted |= event instanceof AgentEvent.RunStarted;
    if (!isAgain) {
      listener.event(event);
    }
    return event instanceof AgentEvent.RunFinished finished
        ? Optional.of(finished.result().end())
        : Optional.empty();
  }

  private boolean isLeft() {
    synchronized (lock) {
      return isLeft;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Follows no more. */
  public void leave() {
    synchronized (lock) {
      isLeft = true;
      FeedReader open = reader;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          // It is broken already.
          return;
        }
      }
    }
  }
}
