package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Inbox.Posted;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import java.util.List;
import java.util.Optional;

/**
 * What the user says to a run while it works: more to do, or that it is to end.
 *
 * <p>Messages are numbered in the inbox, and the journal holds the number of each one that was
 * taken over; so each is taken once, in order, whatever happens to the process in between.
 *
 * <p>Thread: the run's only.
 */
final class Steering {
  private final RunPlan plan;
  private final EventSink events;
  private final ToolStage.Recorder recorder;
  private int taken;

  Steering(RunPlan plan, EventSink events, ToolStage.Recorder recorder) {
    this.plan = plan;
    this.events = events;
    this.recorder = recorder;
    this.taken = taken(plan.writer().before());
  }

  /** The number of the last message taken; a fork has an inbox of its own, with nothing in it. */
  static int taken(List<Recorded> entries) {
    int taken = 0;
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof UserMessage(String _, int number) && number > 0) {
        taken = number;
      } else if (recorded.entry() instanceof JournalEntry.RunForked) {
        taken = 0;
      }
    }
    return taken;
  }

  /** How often the run of these entries has ended. */
  static int ends(List<Recorded> entries) {
    return (int)
        entries.stream()
            .filter(recorded -> recorded.entry() instanceof JournalEntry.RunFinished)
            .count();
  }

  /** Whether a message waits to be taken over. */
  boolean isWaitedFor() {
    return next().isPresent();
  }

  /**
   * Takes over every message that waits, if this is a place for one: before the model is asked, or
   * in the place of an end that its answer would be.
   */
  boolean takeOver(Step next, Transcript transcript) {
    if (!takesMessages(next, transcript)) {
      return false;
    }
    boolean some = false;
    for (Optional<Post.Message> message = next(); message.isPresent(); message = next()) {
      String text = message.get().text();
      recorder.append(List.of(new UserMessage(text, ++taken)));
      events.send(new AgentEvent.Notice("W403", "the user said: " + text));
      some = true;
    }
    return some;
  }

  /** What the model has broken off it is to continue first. */
  private static boolean takesMessages(Step next, Transcript transcript) {
    return switch (next) {
      case Step.CallModel _ ->
          !(transcript.messages().getLast() instanceof Message.Assistant(ModelTurn turn)
              && turn.stop() == StopReason.PAUSE);
      case Step.Finish(RunEnd end) -> end instanceof RunEnd.Completed && transcript.end().isEmpty();
      case Step.RunTools _, Step.Compact _ -> false;
    };
  }

  private Optional<Post.Message> next() {
    return plan.inbox()
        .find(plan.writer().runId(), Post.Message.topic(taken + 1))
        .map(Posted::post)
        .filter(Post.Message.class::isInstance)
        .map(Post.Message.class::cast);
  }

  /**
   * Cancels the run when somebody elsewhere asks for it, until it is closed; also when that was
   * asked since the run's last end, while nobody drove it.
   */
  Registration heedCancel() {
    if (!plan.delegation().isOfRoot()) {
      return () -> {};
    }
    String topic = Post.Cancel.topic(ends(plan.writer().before()) + 1);
    if (isThere(topic)) {
      plan.cancel().cancel();
    }
    Lookout lookout = Lookout.until(plan.cancel(), plan.inbox(), () -> isThere(topic));
    return lookout::close;
  }

  /** An inbox that cannot be read for now is no reason to end. */
  private boolean isThere(String topic) {
    try {
      return plan.inbox().find(plan.writer().runId(), topic).isPresent();
    } catch (ProblemException e) {
      return false;
    }
  }
}
