package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.redaction.Redactor;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
    Inbox inbox = super.inbox();
    return new Inbox() {
      @Override
      public Receipt post(String runId, Post post) {
        return inbox.post(runId, redactor.record(post));
      }

      @Override
      public Optional<Posted> find(String runId, String topic) {
        return inbox.find(runId, topic);
      }

      @Override
      public Map<String, Posted> find(String runId, Collection<String> topics) {
        return inbox.find(runId, topics);
      }

      @Override
      public Set<Place> posted(Collection<Place> places) {
        return inbox.posted(places);
      }

      @Override
      public Map<String, Instant> postedSince(Instant time) {
        return inbox.postedSince(time);
      }

      @Override
      public Registration watch(Runnable posted) {
        return inbox.watch(posted);
      }
    };
  }
}
