package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.journal.ForwardingInbox;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.redaction.Redactor;

/**
 * A journal whose inbox takes no secret: what people say to a run lies there, on disk, before the
 * run takes it over.
 *
 * <p>Thread contract: that of the journal behind it, which it closes.
 */
public final class RedactedInbox extends ForwardingJournal {
  private final Redactor redactor;

  public RedactedInbox(Journal journal, Redactor redactor) {
    super(journal);
    this.redactor = requireNonNull(redactor, "redactor is null");
  }

  @Override
  public Inbox inbox() {
    return new ForwardingInbox(super.inbox()) {
      @Override
      public Receipt post(String runId, Post post) {
        return super.post(runId, redactor.record(post));
      }
    };
  }
}
