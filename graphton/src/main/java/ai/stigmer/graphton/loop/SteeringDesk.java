package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.subagent.ChildIds;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Where whoever does not run a run says something to it, or asks it to end.
 *
 * <p>Thread contract: thread-safe, as the journal is.
 */
public final class SteeringDesk {
  /** The longest message, in characters. */
  public static final int LONGEST = 100_000;

  private final Journal journal;

  public SteeringDesk(Journal journal) {
    this.journal = requireNonNull(journal, "journal is null");
  }

  /**
   * Leaves a message. It is durable when this returns; the run takes it at its next step, or when
   * it is resumed.
   *
   * @param by who says it, for people
   * @return how the run has ended, when it must be resumed for that
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E422} when the text is blank or too long, {@code E816} when it is a sub-agent's
   */
  public Optional<RunEnd> say(String runId, String text, String by) {
    refuseChild(runId);
    if (text.isBlank() || text.length() > LONGEST) {
      throw Problem.of(
              "E422",
              Category.USAGE,
              text.isBlank()
                  ? "the message is empty"
                  : "the message has " + text.length() + " characters; the most is " + LONGEST)
          .help("stigmer steer " + runId + " \"what to do otherwise\"")
          .asException();
    }
    int number = 1;
    while (journal.inbox().post(runId, new Post.Message(number, text, by))
        instanceof Receipt.Late) {
      number++;
    }
    return end(journal.read(runId));
  }

  /**
   * Asks whoever drives the run, or is the next to do so, to end it. The request is durable when
   * this returns, and holds until the run has ended; of one that is to go on behind an end, until
   * its next end.
   *
   * @param by who asks, for people
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E420} when it has ended and nobody has it go on, {@code E816} when it is a
   *     sub-agent's
   */
  public void cancel(String runId, String by) {
    refuseChild(runId);
    List<Recorded> entries = journal.read(runId);
    if (end(entries).isPresent() && !isToGoOn(runId, entries)) {
      throw Problem.of(
              "E420", Category.RUN, "run " + runId + " has ended; nothing is to be cancelled")
          .help("look at it: stigmer sessions show " + runId)
          .asException();
    }
    journal.inbox().post(runId, new Post.Cancel(Steering.ends(entries) + 1, by));
  }

  /** What is asked about when somebody wants the run to end that has not ended. */
  public String cancelTopic(String runId) {
    return Post.Cancel.topic(Steering.ends(journal.read(runId)) + 1);
  }

  /** Whether somebody wants the run to end, and it has not. */
  public boolean isCancelAsked(String runId) {
    return journal.inbox().find(runId, cancelTopic(runId)).isPresent();
  }

  /**
   * Cancels a token as soon as a run is over, until it is closed: looks after each post of this
   * process, and four times a second.
   *
   * @param isOver asked on a thread of its own; not thread-safe
   */
  public CancelToken.Registration cancelling(CancelToken token, BooleanSupplier isOver) {
    return Lookout.until(token, journal.inbox(), isOver)::close;
  }

  /**
   * Has a run that has ended go on, wherever it is driven. The request is durable when this
   * returns; whoever drives runs for others goes on with an ended one only on request.
   *
   * @param by who asks, for people
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run
   */
  public void resume(String runId, String by) {
    journal.inbox().post(runId, new Post.Resume(Steering.ends(journal.read(runId)), by));
  }

  /**
   * Whether these entries of a run stop at an end behind which nobody has asked to go on: neither
   * in so many words nor, where the run has completed, by saying something more.
   */
  public boolean isOver(String runId, List<Recorded> entries) {
    return !entries.isEmpty()
        && entries.getLast().entry() instanceof JournalEntry.RunFinished(RunEnd end)
        && !isResumeAsked(runId, Steering.ends(entries))
        && !(end instanceof RunEnd.Completed && isWaitedFor(runId, entries));
  }

  /**
   * Whether somebody has asked that the run goes on behind an end.
   *
   * @param end which one, from 1
   */
  public boolean isResumeAsked(String runId, int end) {
    return journal.inbox().find(runId, Post.Resume.topic(end)).isPresent();
  }

  /**
   * Whether a run stands at an end and somebody has asked that it goes on behind that. One that has
   * completed has nothing to go on with until somebody says more.
   */
  public boolean isToGoOn(String runId) {
    return isToGoOn(runId, journal.read(runId));
  }

  private boolean isToGoOn(String runId, List<Recorded> entries) {
    Optional<RunEnd> end = end(entries);
    return end.isPresent()
        && isResumeAsked(runId, Steering.ends(entries))
        && (!(end.get() instanceof RunEnd.Completed) || isWaitedFor(runId, entries));
  }

  /** How the run stands at the end of its journal; empty while it works, waits or is broken off. */
  public Optional<RunEnd> end(String runId) {
    return end(journal.read(runId));
  }

  /** Whether somebody has said something that the run has not taken over yet. */
  public boolean isWaitedFor(String runId) {
    return isWaitedFor(runId, journal.read(runId));
  }

  private boolean isWaitedFor(String runId, List<Recorded> entries) {
    int next = Steering.taken(entries) + 1;
    return journal.inbox().find(runId, Post.Message.topic(next)).isPresent();
  }

  private static Optional<RunEnd> end(List<Recorded> entries) {
    return Transcript.of(entries).end();
  }

  private static void refuseChild(String runId) {
    ChildIds.parent(runId)
        .ifPresent(
            parent -> {
              throw Problem.of(
                      "E816",
                      Category.USAGE,
                      "run " + runId + " is a sub-agent's; it follows the run above it")
                  .help("say it to that one: " + parent)
                  .asException();
            });
  }
}
