package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.ForwardingInbox;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.testkit.crash.SimulatedPlay.Call;
import java.util.SplittableRandom;

/**
 * Those who decide about the calls of a simulated run, as its play says: from elsewhere at any
 * time, or asked by the process. Somebody who decides otherwise and is late is always told.
 */
final class SimulatedDeciders {
  private final SimulatedWorld world;
  private final SplittableRandom random;
  private int late;

  SimulatedDeciders(SimulatedWorld world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  /** Who sits at a process. */
  enum Present {
    NOBODY,
    /** Decides when asked. */
    SOMEBODY,
    /** Decides when asked, otherwise than somebody elsewhere did a moment ago. */
    SOMEBODY_LATE
  }

  /** How often somebody was late. */
  int late() {
    return late;
  }

  /** Decides everything that is open in a tree. */
  void decideAll(String root) {
    for (String run : world.tree(root)) {
      for (ApprovalDesk.Shown shown : new ApprovalDesk(world.journal).of(run)) {
        if (shown.standing() == ApprovalDesk.Standing.OPEN) {
          decide(run, shown.request());
        }
      }
    }
  }

  private void decide(String run, ApprovalRequest request) {
    ApprovalDecision word = word(run, request);
    ApprovalDecision other = otherwise(word);
    var desk = new ApprovalDesk(world.journal);
    switch (random.nextInt(4)) {
      case 0 ->
          // Both see that it is open, and the other one is first.
          requireLate(
              new ApprovalDesk(new Overtaken(world.journal, () -> decide(desk, request, word))),
              request,
              other);
      case 1 -> {
        decide(desk, request, word);
        requireLate(desk, request, other);
      }
      default -> decide(desk, request, word);
    }
  }

  private void decide(ApprovalDesk desk, ApprovalRequest request, ApprovalDecision word) {
    ApprovalDesk.Shown shown = desk.decide(request.id(), word, "user");
    world.require(
        shown.standing() == ApprovalDesk.Standing.DECIDED, "a decision does not count: " + shown);
  }

  private void requireLate(ApprovalDesk desk, ApprovalRequest request, ApprovalDecision word) {
    late++;
    try {
      desk.decide(request.id(), word, "another user");
      world.require(false, request.id() + " was decided twice");
    } catch (ProblemException e) {
      world.require(e.problem().code().equals("E412"), "who is late is told: " + e.problem());
    }
  }

  /** Who is asked by a process. */
  Approver approver(Present present) {
    return new Approver() {
      @Override
      public Answer ask(ApprovalRequest request, CancelToken until) {
        String run = request.id().substring(0, request.id().lastIndexOf('.'));
        ApprovalDecision word = word(run, request);
        return switch (present) {
          case NOBODY -> new Answer.Later();
          case SOMEBODY -> new Answer.Now(word);
          case SOMEBODY_LATE -> {
            late++;
            decide(new ApprovalDesk(world.journal), request, word);
            yield new Answer.Now(otherwise(word));
          }
        };
      }

      @Override
      public String name() {
        return "somebody here";
      }
    };
  }

  /** What the play says about a call; what became of it, where that is asked. */
  private ApprovalDecision word(String run, ApprovalRequest request) {
    Call call = world.play(run).call(request.callId());
    if (request.question() == Question.DID_IT_HAPPEN) {
      return world.started.containsKey(run + "/" + request.callId())
          ? new ApprovalDecision.Happened()
          : new ApprovalDecision.DidNotHappen();
    }
    return switch (call.word()) {
      case APPROVED -> new ApprovalDecision.Approved();
      case EDITED -> new ApprovalDecision.Edited(call.edited(request.call().id()));
      case DENIED -> new ApprovalDecision.Denied("rather not " + request.call().id());
      case REMEMBERED -> new ApprovalDecision.Remembered();
    };
  }

  private static ApprovalDecision otherwise(ApprovalDecision word) {
    return switch (word) {
      case ApprovalDecision.Approved _, ApprovalDecision.Edited _, ApprovalDecision.Remembered _ ->
          new ApprovalDecision.Denied("too late");
      case ApprovalDecision.Denied _ -> new ApprovalDecision.Approved();
      case ApprovalDecision.Happened _ -> new ApprovalDecision.DidNotHappen();
      case ApprovalDecision.DidNotHappen _, ApprovalDecision.LeftUnknown _ ->
          new ApprovalDecision.Happened();
    };
  }

  /** A journal at which somebody else posts just before its user does. */
  private static final class Overtaken extends ForwardingJournal {
    private final Runnable first;

    Overtaken(Journal journal, Runnable first) {
      super(journal);
      this.first = first;
    }

    @Override
    protected JournalWriter around(JournalWriter writer) {
      return writer;
    }

    @Override
    public Inbox inbox() {
      return new ForwardingInbox(super.inbox()) {
        @Override
        public Receipt post(String runId, Post post) {
          first.run();
          return super.post(runId, post);
        }
      };
    }
  }
}
