package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Inbox.Receipt;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.subagent.ChildIds;
import java.util.List;
import java.util.Optional;

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
   * Asks whoever drives the run to end it. The request is durable when this returns; it holds for
   * this drive only.
   *
   * @param by who asks, for people
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run,
   *     {@code E420} when it has ended, {@code E816} when it is a sub-agent's
   */
  public void cancel(String runId, String by) {
    refuseChild(runId);
    List<Recorded> entries = journal.read(runId);
    if (end(entries).isPresent()) {
      throw Problem.of(
              "E420", Category.RUN, "run " + runId + " has ended; nothing is to be cancelled")
          .help("look at it: stigmer sessions show " + runId)
          .asException();
    }
    journal.inbox().post(runId, new Post.Cancel(Steering.drives(entries), by));
  }

  /** How the run stands at the end of its journal; empty while it works, waits or is broken off. */
  public Optional<RunEnd> end(String runId) {
    return end(journal.read(runId));
  }

  /** Whether somebody has said something that the run has not taken over yet. */
  public boolean isWaitedFor(String runId) {
    int next = Steering.taken(journal.read(runId)) + 1;
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
