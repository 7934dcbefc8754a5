package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.redaction.Redactor;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A journal whose inbox takes no secret: what people say to a run lies there, on disk, before the
 * run takes it over.
 *
 * <p>Thread contract: that of the journal behind it, which it closes.
 */
public final class RedactedInbox implements Journal {
  private final Journal journal;
  private final Redactor redactor;

  public RedactedInbox(Journal journal, Redactor redactor) {
    this.journal = requireNonNull(journal, "journal is null");
    this.redactor = requireNonNull(redactor, "redactor is null");
  }

  @Override
  public Inbox inbox() {
    Inbox inbox = journal.inbox();
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
      public Registration watch(Runnable posted) {
        return inbox.watch(posted);
      }
    };
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    return journal.create(runId, owner);
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return journal.claim(runId, owner);
  }

  @Override
  public JournalWriter reclaim(String runId, String owner) {
    return journal.reclaim(runId, owner);
  }

  @Override
  public List<Recorded> read(String runId) {
    return journal.read(runId);
  }

  @Override
  public List<Recorded> read(String runId, long after) {
    return journal.read(runId, after);
  }

  @Override
  public Registration watch(Consumer<String> appended) {
    return journal.watch(appended);
  }

  @Override
  public Hold hold(String runId) {
    return journal.hold(runId);
  }

  @Override
  public List<RunSummary> list(int limit) {
    return journal.list(limit);
  }

  @Override
  public void close() {
    journal.close();
  }
}
