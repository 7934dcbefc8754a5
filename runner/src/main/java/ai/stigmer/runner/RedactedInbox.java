package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.journal.ForwardingInbox;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.redaction.Redactor;
import java.util.List;
import java.util.function.Function;

/**
 * A journal whose inbox takes no secret: what people say to a run lies there, on disk, before the
 * run takes it over.
 *
 * <p>Thread contract: that of the journal behind it, which it closes.
 */
public final class RedactedInbox extends ForwardingJournal {
  private final Redactor redactor;
  private final Function<String, Redactor> ofRun;

  public RedactedInbox(Journal journal, Redactor redactor) {
    this(journal, redactor, _ -> Redactor.of(List.of()));
  }

  /**
   * @param ofRun takes out what only the run of that id may know; asked for words that somebody has
   *     written, who is told what it throws
   */
  public RedactedInbox(Journal journal, Redactor redactor, Function<String, Redactor> ofRun) {
    super(journal);
    this.redactor = requireNonNull(redactor, "redactor is null");
    this.ofRun = requireNonNull(ofRun, "ofRun is null");
  }

  /** Whether somebody has written it: what else is left for a run needs none of its secrets. */
  private static boolean hasWords(Post post) {
    return switch (post) {
      case Post.Message _ -> true;
      case Post.Decision decision ->
          decision.decision() instanceof ApprovalDecision.Denied
              || decision.decision() instanceof ApprovalDecision.Edited;
      case Post.Cancel _, Post.Resume _, Post.Hold _ -> false;
    };
  }

  @Override
  public Inbox inbox() {
    return new ForwardingInbox(super.inbox()) {
      @Override
      public Receipt post(String runId, Post post) {
        Redactor all = hasWords(post) ? redactor.and(ofRun.apply(runId)) : redactor;
        return super.post(runId, all.record(post));
      }
    };
  }
}
