package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The inbox of {@link InMemoryJournal}. Thread-safe. */
final class InMemoryInbox implements Inbox {
  private record Key(String runId, String topic) {}

  private final InstantSource clock;
  private final Set<String> runs;
  private final Map<Key, Posted> posts = new ConcurrentHashMap<>();
  private final Watchers watchers = new Watchers();

  InMemoryInbox(InstantSource clock, Set<String> runs) {
    this.clock = clock;
    this.runs = runs;
  }

  @Override
  public Receipt post(String runId, Post post) {
    if (!runs.contains(runId)) {
      throw InMemoryJournal.noSuchRun(runId);
    }
    var posted = new Posted(post, clock.instant());
    Posted first = posts.putIfAbsent(new Key(runId, post.topic()), posted);
    if (first != null) {
      return new Receipt.Late(first);
    }
    watchers.tell();
    return new Receipt.Taken(posted);
  }

  @Override
  public Optional<Posted> find(String runId, String topic) {
    return Optional.ofNullable(posts.get(new Key(runId, topic)));
  }

  @Override
  public Map<String, Instant> postedSince(Instant time) {
    return posts.entrySet().stream()
        .filter(post -> !(post.getValue().post() instanceof Post.Hold))
        .filter(post -> !post.getValue().time().isBefore(time))
        .collect(
            Collectors.toMap(
                post -> post.getKey().runId(),
                post -> post.getValue().time(),
                (one, other) -> one.isAfter(other) ? one : other));
  }

  @Override
  public Registration watch(Runnable posted) {
    return watchers.add(posted);
  }
}
