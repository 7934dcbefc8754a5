package ai.stigmer.graphton.journal;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.cancel.CancelToken.Registration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A journal that hands everything on to another one, its inbox included; to be extended by those
 * that watch, change or disturb a part of it.
 *
 * <p>Thread contract: that of the other one.
 */
public abstract class ForwardingJournal implements Journal {
  private final Journal journal;

  /** A journal in front of another one, which it closes. */
  protected ForwardingJournal(Journal journal) {
    this.journal = requireNonNull(journal, "journal is null");
  }

  /** What whoever creates or claims a run writes with. */
  protected JournalWriter around(JournalWriter writer) {
    return writer;
  }

  @Override
  public JournalWriter create(String runId, String owner) {
    return around(journal.create(runId, owner));
  }

  @Override
  public JournalWriter claim(String runId, String owner) {
    return around(journal.claim(runId, owner));
  }

  @Override
  public JournalWriter reclaim(String runId, String owner) {
    return around(journal.reclaim(runId, owner));
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
  public Map<String, Head> heads(Collection<String> runIds) {
    return journal.heads(runIds);
  }

  @Override
  public List<RunSummary> list(int limit) {
    return journal.list(limit);
  }

  @Override
  public Optional<String> id() {
    return journal.id();
  }

  @Override
  public Inbox inbox() {
    return journal.inbox();
  }

  @Override
  public void close() {
    journal.close();
  }

  /** A writer that hands everything on to another one. */
  public abstract static class Writer implements JournalWriter {
    private final JournalWriter writer;

    protected Writer(JournalWriter writer) {
      this.writer = requireNonNull(writer, "writer is null");
    }

    @Override
    public String runId() {
      return writer.runId();
    }

    @Override
    public long epoch() {
      return writer.epoch();
    }

    @Override
    public List<Recorded> before() {
      return writer.before();
    }

    @Override
    public long append(List<JournalEntry> entries) {
      return writer.append(entries);
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
