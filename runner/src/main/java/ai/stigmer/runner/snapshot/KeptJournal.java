package ai.stigmer.runner.snapshot;

import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunForked;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalEntry.WorkspaceSaved;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.runner.snapshot.KeptWorkspaces.Saved;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The journal as one run writes it whose workspace is in a store. A snapshot stands in the same
 * append as the run's begin and its end, and is the last thing that is written when the run is let
 * go of; so a run that goes on elsewhere finds there what its journal tells, unless the machine was
 * lost in between. Then the model is told which calls' changes may be gone.
 *
 * <p>Thread contract: that of the journal behind it, which it closes.
 */
final class KeptJournal extends ForwardingJournal {
  private final String runId;
  private final KeptFolder folder;

  KeptJournal(Journal journal, String runId, KeptFolder folder) {
    super(journal);
    this.runId = runId;
    this.folder = folder;
  }

  @Override
  protected JournalWriter around(JournalWriter writer) {
    if (!writer.runId().equals(runId)) {
      return writer;
    }
    Optional<Saved> saved = Saved.last(writer.before());
    if (saved.isEmpty() && !writer.before().isEmpty()) {
      return writer;
    }
    try {
      if (saved.isPresent() && folder.take(runId, writer.epoch(), saved.get().snapshot())) {
        tell(writer.before(), saved.get());
      }
      return new Keeping(writer, saved.map(Saved::snapshot).orElse(""), id());
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /** Says it in the inbox, which the run hears before it asks the model again. */
  private void tell(List<Recorded> entries, Saved saved) {
    var gone = new ArrayList<String>();
    int messages = 0;
    for (Recorded recorded : entries) {
      switch (recorded.entry()) {
        case ToolIntent intent when recorded.seq() > saved.seq() ->
            gone.add(intent.call().name() + " (entry " + recorded.seq() + ")");
        case ChildStarted child when recorded.seq() > saved.seq() ->
            gone.add("what " + child.agent() + " did (entry " + recorded.seq() + ")");
        case UserMessage message -> messages = Math.max(messages, message.number());
        case RunForked _ -> messages = 0;
        default -> {}
      }
    }
    if (gone.isEmpty()) {
      return;
    }
    String text =
        "[stigmer] The machine that this run worked on was lost. The workspace is as it was at"
            + " entry "
            + saved.seq()
            + "; what these calls changed in it may be gone: "
            + String.join(", ", gone)
            + ". Look before you rely on it.";
    while (!(inbox().post(runId, new Post.Message(++messages, text, "stigmer"))
        instanceof Inbox.Receipt.Taken)) {}
  }

  /** Of the run whose workspace is kept. */
  private final class Keeping extends Writer {
    private final Optional<String> journal;
    private String saved;
    private boolean isOver;

    private Keeping(JournalWriter writer, String saved, Optional<String> journal) {
      super(writer);
      this.saved = saved;
      this.journal = journal;
    }

    @Override
    public synchronized long append(List<JournalEntry> entries) {
      boolean begins = entries.stream().anyMatch(this::isBegin);
      boolean ends = entries.getLast() instanceof RunFinished;
      if (!begins && !ends) {
        return written(entries);
      }
      String snapshot = folder.keep(journal);
      var all = new ArrayList<>(entries);
      all.add(ends ? entries.size() - 1 : entries.size(), new WorkspaceSaved(snapshot));
      long seq = written(all);
      isOver = true;
      saved = snapshot;
      folder.kept(runId, epoch(), snapshot);
      return seq;
    }

    private boolean isBegin(JournalEntry entry) {
      return entry instanceof RunStarted || entry instanceof RunForked;
    }

    private long written(List<JournalEntry> entries) {
      isOver = true;
      long seq = super.append(entries);
      isOver = false;
      return seq;
    }

    /** Whoever was overtaken, or could not write, has nothing to say about the workspace. */
    @Override
    public synchronized void close() {
      try {
        if (!isOver) {
          String snapshot = folder.keep(journal);
          if (!snapshot.equals(saved)) {
            long _ = written(List.of(new WorkspaceSaved(snapshot)));
          }
          isOver = true;
          folder.kept(runId, epoch(), snapshot);
        }
      } finally {
        super.close();
      }
    }
  }
}
