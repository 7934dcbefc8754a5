package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where runs are written down. One run has one writer at a time: every claim raises the run's
 * epoch, and an append under an older epoch fails.
 *
 * <p>Thread contract: thread-safe.
 */
public interface Journal extends AutoCloseable {

  /**
   * Starts a run that is not there yet.
   *
   * @param runId at most 64 letters, digits, {@code -} and {@code _}
   * @param owner who writes, for people and for finding out whether it still lives
   * @throws ai.stigmer.graphton.error.ProblemException {@code E504} when the run exists
   */
  JournalWriter create(String runId, String owner);

  /**
   * As {@link #create}; but a run in which nobody has written anything is taken over, because
   * whoever made it died before its first entry.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E504} when the run has begun, {@code
   *     E502} when somebody who still lives is about to begin it
   */
  default JournalWriter begin(String runId, String owner) {
    try {
      return create(runId, owner);
    } catch (ProblemException e) {
      if (!e.problem().code().equals("E504") || !read(runId).isEmpty()) {
        throw e;
      }
      JournalWriter writer = claim(runId, owner);
      if (writer.before().isEmpty()) {
        return writer;
      }
      writer.close();
      throw e;
    }
  }

  /**
   * Takes over a run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E502} when an owner that still lives holds it
   */
  JournalWriter claim(String runId, String owner);

  /**
   * Takes over a run, also from an owner of the same name that still lives. For owners that
   * somebody else keeps apart: who was told to write no more, and has not heard it, is stopped by
   * its epoch.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E502} when a living owner of another name holds it
   */
  default JournalWriter reclaim(String runId, String owner) {
    return claim(runId, owner);
  }

  /**
   * Everything that was recorded, oldest first.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E503} when it is damaged
   */
  List<Recorded> read(String runId);

  /**
   * What was recorded behind a place, oldest first.
   *
   * @param after the sequence number of the last entry that is not wanted, 0 for none
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #read(String)}
   */
  default List<Recorded> read(String runId, long after) {
    List<Recorded> all = read(runId);
    return all.subList((int) Math.min(after, all.size()), all.size());
  }

  /**
   * Calls {@code appended} with a run's id soon after something was appended to it, where this
   * journal can tell; it must not block. Some appends may go untold: who waits for one has to look,
   * too, as {@link Follower} does.
   */
  default Registration watch(Consumer<String> appended) {
    return () -> {};
  }

  /** Who holds a run. */
  enum Hold {
    /** Nobody: it was given back, or never begun. */
    NOBODY,
    /** This process. */
    HERE,
    /** Another process that still lives, as far as can be told. */
    ELSEWHERE,
    /** A process that is gone, or has not said for too long that it lives. */
    LOST
  }

  /**
   * Who holds a run now, where this journal can tell, as one that processes share can. An answer
   * may be out of date when it is read; claiming settles it.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run
   */
  default Hold hold(String runId) {
    return Hold.NOBODY;
  }

  /**
   * How far runs have come, and who holds them; at one look where this journal can, however many
   * they are. Runs that are not there are left out.
   */
  default Map<String, Head> heads(Collection<String> runIds) {
    var heads = new HashMap<String, Head>();
    for (String id : runIds) {
      try {
        heads.put(id, new Head(read(id).size(), hold(id)));
      } catch (ProblemException e) {
        if (!e.problem().code().equals("E501")) {
          throw e;
        }
      }
    }
    return heads;
  }

  /**
   * Where a run stands.
   *
   * @param entries how many it has
   */
  record Head(long entries, Hold hold) {
    public Head {
      requireNonNull(hold, "hold is null");
    }
  }

  /** The runs, newest first, at most {@code limit}. */
  List<RunSummary> list(int limit);

  /**
   * What tells this journal from all others, wherever it is moved to; a copy has the same. Empty
   * where it has none, or only an older version has written to it.
   */
  default Optional<String> id() {
    return Optional.empty();
  }

  /** Where others leave word for the owners of runs. */
  default Inbox inbox() {
    return Inbox.NONE;
  }

  @Override
  void close();

  /**
   * One run in a list.
   *
   * @param entries how many entries it has
   * @param owner who wrote last
   */
  record RunSummary(String runId, Instant created, Instant updated, long entries, String owner) {}
}
