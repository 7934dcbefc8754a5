package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.Problem;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where others leave word for the owner of a run, beside the journal that only the owner writes.
 * What is posted is durable; the owner takes it over into the journal when it comes to it.
 *
 * <p>Thread contract: thread-safe, across processes where the journal is.
 */
public interface Inbox {

  /** Takes nothing, so that a call that needs an approval cannot be decided. */
  Inbox NONE =
      new Inbox() {
        @Override
        public Receipt post(String runId, Post post) {
          throw Problem.of("E419", Problem.Category.STORE, "this journal takes no word from others")
              .help("give the journal an inbox: Journal.inbox()")
              .asException();
        }

        @Override
        public Optional<Posted> find(String runId, String topic) {
          return Optional.empty();
        }

        @Override
        public Registration watch(Runnable posted) {
          return () -> {};
        }
      };

  /**
   * Leaves word, unless somebody has left word about the same topic before.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E506} when the disk refuses
   */
  Receipt post(String runId, Post post);

  /** The post about a topic that counts. */
  Optional<Posted> find(String runId, String topic);

  /** Those about several topics of a run that there are, by topic; at one look where it can. */
  default Map<String, Posted> find(String runId, Collection<String> topics) {
    var found = new HashMap<String, Posted>();
    for (String topic : topics) {
      find(runId, topic).ifPresent(posted -> found.put(topic, posted));
    }
    return found;
  }

  /** Those of many places that have a post; at one look where this inbox can. */
  default Set<Place> posted(Collection<Place> places) {
    return places.stream()
        .filter(place -> find(place.runId(), place.topic()).isPresent())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Where word about a topic would lie. */
  record Place(String runId, String topic) {
    public Place {
      requireNonNull(runId, "runId is null");
      requireNonNull(topic, "topic is null");
    }
  }

  /**
   * The runs that somebody has left word for, by the posters' clocks not before {@code time}, each
   * with the time of its last word; empty where this inbox cannot tell. A {@link Post.Hold} is no
   * word for anybody. Not for decisions about calls: a clock that is set back hides a word.
   */
  default Map<String, Instant> postedSince(Instant time) {
    return Map.of();
  }

  /**
   * Calls {@code posted} after each post through this object, on the poster's thread; it must not
   * block. Posts of other processes are not told: who waits for these has to look.
   */
  Registration watch(Runnable posted);

  /**
   * A post as the inbox holds it.
   *
   * @param time by the poster's clock; never used for decisions
   */
  record Posted(Post post, Instant time) {
    public Posted {
      requireNonNull(post, "post is null");
      requireNonNull(time, "time is null");
    }
  }

  /** What became of a post. */
  sealed interface Receipt {
    /** It counts. */
    record Taken(Posted posted) implements Receipt {}

    /** Somebody was first. */
    record Late(Posted first) implements Receipt {}

    /** The post that counts. */
    default Posted standing() {
      return switch (this) {
        case Taken taken -> taken.posted();
        case Late late -> late.first();
      };
    }
  }
}
